"""Every exchange, queue and binding, in one file: services declare it, `deploy/rabbitmq/definitions.json` exports it.

Valid on RabbitMQ 3.10 and 4.x: quorum queues, at-least-once dead-lettering (which asks for reject-publish).
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from aio_pika.abc import AbstractChannel

from .contracts.kinds import lane_queue
from .contracts.lifecycle import Lane

COMMANDS = "pressroom.commands"
EVENTS = "pressroom.events"
CONTROL = "pressroom.control"
LIVE = "pressroom.live"
PARK = "pressroom.park"

LANES: tuple[Lane, ...] = ("high", "default", "low")
WORKER_SERVICES = ("generator", "zuora-sync")
"""Services that take commands."""

LEDGER_QUEUE = "gateway.ledger"
MONITOR_QUEUE = "monitor.events"
PARK_QUEUE = "park"

DELIVERY_LIMIT = 20
"""A message that was delivered more often goes to the park queue."""

SNAPSHOTS_KEY = "job.snapshots"
MEASURES_KEY = "job.measures"
TRANSITIONS_KEY = "job.transitions"
CHANGED_KEY = "ledger"
"""Of live words from a gateway's ledger to all gateways."""
HEARTBEAT_KEY = "worker.heartbeat"


def lane_queues(service: str) -> tuple[str, ...]:
    """All queues of a service's commands."""
    return tuple(lane_queue(service, lane) for lane in LANES)


def cancellations_queue(service: str) -> str:
    """Also the routing key of its directives."""
    return f"{service}.cancellations"


def control_key(service: str) -> str:
    """Routing key of words to every process of a service."""
    return service


@dataclass(frozen=True)
class Exchange:
    name: str
    type: Literal["direct", "topic", "fanout"]


@dataclass(frozen=True)
class Queue:
    name: str
    exchange: str
    keys: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)


def _parked(name: str, exchange: str, *keys: str) -> Queue:
    """A durable quorum queue whose poison goes to the park exchange."""
    return Queue(
        name,
        exchange,
        keys or (name,),
        {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": PARK,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


EXCHANGES = (
    Exchange(COMMANDS, "direct"),
    Exchange(EVENTS, "topic"),
    Exchange(CONTROL, "topic"),
    Exchange(LIVE, "direct"),
    Exchange(PARK, "fanout"),
)

QUEUES: tuple[Queue, ...] = (
    *(_parked(lane_queue(service, lane), COMMANDS) for service in WORKER_SERVICES for lane in LANES),
    *(_parked(cancellations_queue(service), COMMANDS) for service in WORKER_SERVICES),
    _parked(LEDGER_QUEUE, EVENTS, SNAPSHOTS_KEY, HEARTBEAT_KEY),
    _parked(MONITOR_QUEUE, EVENTS, MEASURES_KEY, TRANSITIONS_KEY, HEARTBEAT_KEY),
    Queue(PARK_QUEUE, PARK, ("",), {"x-queue-type": "quorum"}),
)


async def declare(channel: AbstractChannel) -> None:
    """Declare all of it; what stands already with the same arguments is left as it is."""
    for exchange in EXCHANGES:
        await channel.declare_exchange(exchange.name, exchange.type, durable=True)
    for queue in QUEUES:
        declared = await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
        for key in queue.keys:
            await declared.bind(queue.exchange, routing_key=key)


def definitions(virtual_host: str = "/") -> dict[str, Any]:
    """The same as RabbitMQ's definitions file (`rabbitmqctl import_definitions`)."""
    return {
        "vhosts": [{"name": virtual_host}],
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": virtual_host,
                "type": exchange.type,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for exchange in EXCHANGES
        ],
        "queues": [
            {
                "name": queue.name,
                "vhost": virtual_host,
                "durable": True,
                "auto_delete": False,
                "arguments": queue.arguments,
            }
            for queue in QUEUES
        ],
        "bindings": [
            {
                "source": queue.exchange,
                "vhost": virtual_host,
                "destination": queue.name,
                "destination_type": "queue",
                "routing_key": key,
                "arguments": {},
            }
            for queue in QUEUES
            for key in queue.keys
        ],
    }


def queue(name: str) -> Queue:
    return next(queue for queue in QUEUES if queue.name == name)


def exchange(name: str) -> Exchange:
    return next(exchange for exchange in EXCHANGES if exchange.name == name)
