"""Messages out of the park queue, into the service."""

import structlog
from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.broker import Delivery, route

from .message import command_in, new_message
from .service import Parking

logger = structlog.get_logger()


def router(parking: Parking, prefetch: int) -> RabbitRouter:
    async def on_parked(delivery: Delivery) -> None:
        try:
            message = new_message(delivery.body, delivery.headers, delivery.message_id)
            await parking.take(message, command_in(delivery.body))
        except Exception as error:  # noqa: BLE001 - rejected from here, it would be gone
            # By name alone: PostgreSQL puts the row that it refuses into its words.
            logger.error("a parked message cannot be handled: a bug; it stays unacked", error=type(error).__name__)  # noqa: TRY400
            return
        await delivery.ack()

    return RabbitRouter(handlers=[route(topology.queue(topology.PARK_QUEUE), on_parked, prefetch)])
