"""Repeats every command and event: at once, so that each is delivered three times, and later, in any order."""

import asyncio
import random
from types import TracebackType
from typing import Self

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, HeadersType

from pressroom_common import topology

_MARK: HeadersType = {"x-echo": True}


class Echo:
    """Hears what is published to the exchanges that carry what must not be lost; it does not repeat itself."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._exchanges: dict[str, AbstractExchange] = {}
        self.heard: list[tuple[str, str, bytes]] = []
        """Exchange, routing key, body."""

    async def __aenter__(self) -> Self:
        self._connection = await aio_pika.connect(self._url, timeout=10)
        self._channel = await self._connection.channel()
        queue = await self._channel.declare_queue(exclusive=True)
        for bound in topology.QUEUES:
            if bound.exchange in {topology.COMMANDS, topology.EVENTS}:
                self._exchanges[bound.exchange] = await self._channel.get_exchange(bound.exchange)
                for key in bound.keys:
                    await queue.bind(bound.exchange, key)
        await queue.consume(self._repeat, no_ack=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def replay(self, times: int, seed: int) -> None:
        """Everything that was heard, again, in a random order."""
        messages = self.heard * times
        random.Random(seed).shuffle(messages)
        await asyncio.gather(*(self._publish(*message) for message in messages))

    async def _repeat(self, message: AbstractIncomingMessage) -> None:
        if "x-echo" in message.headers:
            return
        assert message.exchange is not None
        assert message.routing_key is not None
        repeated = message.exchange, message.routing_key, message.body
        self.heard.append(repeated)
        await asyncio.gather(*(self._publish(*repeated) for _ in range(2)))

    async def _publish(self, exchange: str, routing_key: str, body: bytes) -> None:
        message = aio_pika.Message(body, headers=_MARK, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await self._exchanges[exchange].publish(message, routing_key=routing_key)
