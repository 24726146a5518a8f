"""Messages in, calls of the ledger."""

from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.broker import Delivery, broadcast_route, route
from pressroom_common.contracts import JobsChanged, JobSnapshots, WorkerHeartbeat, decoder
from pressroom_common.patience import patiently

from .service import Ledger
from .watching import Watching

_event = decoder(JobSnapshots | WorkerHeartbeat)  # type: ignore[arg-type]


_live = decoder(JobsChanged)


def router(ledger: Ledger, watching: Watching, name: str, prefetch: int) -> RabbitRouter:
    """`name` is this process's."""

    async def on_event(delivery: Delivery) -> None:
        event = _event(delivery.body)
        if isinstance(event, JobSnapshots):
            await patiently(lambda: ledger.fold(event.snapshots))
        else:
            await patiently(lambda: ledger.heard(event))
        await delivery.ack()

    async def on_live(delivery: Delivery) -> None:
        message = _live(delivery.body)
        if message.source != name:
            watching.heard(message.job_ids)

    return RabbitRouter(
        handlers=[
            route(topology.queue(topology.LEDGER_QUEUE), on_event, prefetch),
            broadcast_route(topology.LIVE, topology.CHANGED_KEY, name, on_live),
        ]
    )
