"""The consuming connection: FastStream's broker and routes, with its typed decoding switched off on hot queues."""

from collections.abc import Awaitable, Callable, Container, Mapping
from contextlib import suppress
from typing import Any

import stamina
import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import ChannelInvalidStateError
from faststream import AckPolicy
from faststream.rabbit import (
    Channel,
    ExchangeType,
    QueueType,
    RabbitBroker,
    RabbitExchange,
    RabbitMessage,
    RabbitQueue,
    RabbitRoute,
)
from faststream.rabbit.subscriber.usecase import RabbitSubscriber

from pressroom_common import topology
from pressroom_common.errors import Undecodable
from pressroom_common.ids import uuid7

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

    @property
    def headers(self) -> Mapping[str, Any]:
        """As the broker has them: texts, numbers, times, bytes, and lists and tables of these."""
        return self._message.headers

    @property
    def message_id(self) -> str:
        """The publication's; empty where the publisher gave none."""
        return self._message.message_id or ""

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

    async def consume(delivery: Delivery) -> None:
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
        decoder=_delivery,
    )


def broadcast_route(
    exchange: str, key: str, process: str, handle: Callable[[Delivery], Awaitable[None]]
) -> RabbitRoute:
    """Every process hears it, in an exclusive queue that goes with its connection. Nothing is acked.

    The queue's name is new at every start: a dead process's connection may still hold the old one.
    """

    async def consume(delivery: Delivery) -> None:
        try:
            await handle(delivery)
        except Undecodable as error:
            logger.warning("an undecodable broadcast was passed over", exchange=exchange, reason=str(error))

    return RabbitRoute(
        consume,
        RabbitQueue(f"{exchange}.{process}.{uuid7().hex[-8:]}", exclusive=True, auto_delete=True, routing_key=key),
        RabbitExchange(exchange, type=_KINDS[topology.exchange(exchange).type], durable=True),
        ack_policy=AckPolicy.ACK_FIRST,
        channel=Channel(prefetch_count=200),
        decoder=_delivery,
    )


_KINDS = {"direct": ExchangeType.DIRECT, "topic": ExchangeType.TOPIC, "fanout": ExchangeType.FANOUT}


async def start_taking(broker: RabbitBroker) -> None:
    """Connect and subscribe, however long it takes."""
    async for attempt in stamina.retry_context(on=_GONE, attempts=None, timeout=None, wait_max=2.0):
        with attempt:
            await broker.start()


async def stop_taking(broker: RabbitBroker, queues: Container[str] | None = None) -> None:
    """Take nothing more (of these queues), but let what was taken go on; a reconnection does not begin it again.

    FastStream's own stop cancels only after the handlers' end.
    """
    for subscriber in broker.subscribers:
        assert isinstance(subscriber, RabbitSubscriber)
        if queues is not None and subscriber.queue.name not in queues:
            continue
        queue, tag = subscriber._queue_obj, subscriber._consumer_tag  # noqa: SLF001 - there is no public way
        if queue is not None and tag is not None:
            with suppress(*_GONE):
                await queue.cancel(tag)
            subscriber._consumer_tag = None  # noqa: SLF001


async def _delivery(message: RabbitMessage) -> Delivery:
    """In place of FastStream's decoder: handlers decode, and settle, by themselves."""
    return Delivery(message.raw_message)
