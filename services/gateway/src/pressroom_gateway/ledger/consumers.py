"""Messages in, calls of the ledger."""

from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.broker import Delivery, route
from pressroom_common.contracts import JobSnapshots, WorkerHeartbeat, decoder
from pressroom_common.patience import patiently

from .service import Ledger

_event = decoder(JobSnapshots | WorkerHeartbeat)  # type: ignore[arg-type]


def router(ledger: Ledger, prefetch: int) -> RabbitRouter:
    async def on_event(delivery: Delivery) -> None:
        event = _event(delivery.body)
        if isinstance(event, JobSnapshots):
            await patiently(lambda: ledger.fold(event.snapshots))
        else:
            await patiently(lambda: ledger.heard(event))
        await delivery.ack()

    return RabbitRouter(handlers=[route(topology.queue(topology.LEDGER_QUEUE), on_event, prefetch)])
