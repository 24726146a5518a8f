"""Messages in, calls of the service. The whole subscription table is one list."""

from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.broker import Delivery, route
from pressroom_common.contracts import JobMeasures, JobTransitions, WorkerHeartbeat
from pressroom_common.contracts.codec import Decoder

from .service import Folding, Message

_message: Decoder[Message] = Decoder(JobMeasures | JobTransitions | WorkerHeartbeat)


def router(folding: Folding, prefetch: int) -> RabbitRouter:
    async def on_message(delivery: Delivery) -> None:
        await folding.take(_message(delivery.body))
        await delivery.ack()

    return RabbitRouter(handlers=[route(topology.queue(topology.MONITOR_QUEUE), on_message, prefetch)])
