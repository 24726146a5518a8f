"""A queue beside the real ones: it takes a copy of what is published there, and parks what it is told to."""

import secrets
from types import TracebackType
from typing import Self

import aio_pika
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage

from pressroom_common import topology

_SECONDS = 60


class Shadow:
    """`bindings`: exchanges and routing keys that it follows. Its name is new each time."""

    def __init__(self, amqp_url: str, *bindings: tuple[str, str]) -> None:
        self._url = amqp_url
        self._bindings = bindings
        self.name = f"shadow.{secrets.token_hex(6)}"

    async def __aenter__(self) -> Self:
        self._connection = await aio_pika.connect(self._url, timeout=10)
        self._channel = await self._connection.channel()
        await topology.declare(self._channel)
        park = {"x-dead-letter-exchange": topology.PARK}
        self._queue = await self._channel.declare_queue(self.name, exclusive=True, arguments=park)
        for exchange, key in self._bindings:
            await self._queue.bind(exchange, key)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def publish(self, exchange: str, key: str, body: bytes, message_id: str | None = None) -> None:
        message = Message(body, message_id=message_id, delivery_mode=DeliveryMode.PERSISTENT)
        await (await self._channel.get_exchange(exchange)).publish(message, key)

    async def next(self) -> AbstractIncomingMessage:
        """The next copy, not yet settled."""
        async with self._queue.iterator(timeout=_SECONDS) as copies:
            return await anext(copies)

    async def park(self, exchange: str, key: str, body: bytes, message_id: str | None = None) -> None:
        """Publish to where the shadow follows, and reject the copy."""
        await self.publish(exchange, key, body, message_id)
        copy = await self.next()
        assert copy.body == body
        await copy.reject()
