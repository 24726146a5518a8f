"""The consuming connection: FastStream's broker and routes, with its typed decoding switched off on hot queues."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import ChannelInvalidStateError
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue, RabbitRoute

from pressroom_common import topology
from pressroom_common.errors import Undecodable

logger = structlog.get_logger()

_GONE = (AMQPError, ChannelInvalidStateError, OSError, RuntimeError)


class Delivery:
    """One delivered message: its body, and the three ways to be done with it.

    A connection that broke took the delivery with it: the broker delivers again, so there is nothing left to do.
    """

    __slots__ = ("_message", "body")

    def __init__(self, message: AbstractIncomingMessage) -> None:
        self._message = message
        self.body = message.body

    async def ack(self) -> None:
        await self._settle(self._message.ack)

    async def park(self) -> None:
        """Into the park queue: nobody can use it."""
        await self._settle(self._message.reject)

    async def _settle(self, settle: Callable[[], Awaitable[None]]) -> None:
        try:
            await settle()
        except _GONE as error:
            logger.debug("the delivery is gone with its connection", error=repr(error))


def create_broker(url: str, drain_seconds: float = 30.0) -> RabbitBroker:
    return RabbitBroker(
        url, graceful_timeout=drain_seconds, apply_types=False, logger=None, timeout=5, reconnect_interval=1
    )


def route(queue: topology.Queue, handle: Callable[[Delivery], Awaitable[None]], prefetch: int) -> RabbitRoute:
    """One line of a subscription table. `handle` acks; what it finds Undecodable, and what is a bug of ours, is parked.

    By hand, because under manual acks nobody else would ever settle them.
    """
    arguments: Any = {key: value for key, value in queue.arguments.items() if key != "x-queue-type"}

    async def consume(message: RabbitMessage) -> None:
        delivery = Delivery(message.raw_message)
        try:
            await handle(delivery)
        except Undecodable as error:
            logger.warning("an undecodable message was parked", queue=queue.name, reason=str(error))
            await delivery.park()
        except Exception:
            logger.exception("a message that we cannot handle was parked: a bug", queue=queue.name)
            await delivery.park()

    return RabbitRoute(
        consume,
        RabbitQueue(
            queue.name,
            durable=True,
            queue_type=QueueType.QUORUM,
            arguments=arguments,
        ),
        ack_policy=AckPolicy.MANUAL,
        channel=Channel(prefetch_count=prefetch),
        decoder=_pass_through,
    )


async def _pass_through(message: Any) -> bytes:
    return bytes(message.body)
