"""A copy of all that is published on a broker: commands, events, control, live words, and what is parked."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from pressroom_common import topology
from pressroom_common.contracts import lane_queue

_SECONDS = 60
LANE = lane_queue("zuora-sync", "default")


class Wiretap:
    def __init__(self, channel: aio_pika.abc.AbstractChannel, queue: AbstractQueue) -> None:
        self._channel = channel
        self._queue = queue
        self._messages: list[AbstractIncomingMessage] = []
        self._heard = asyncio.Condition()

    @classmethod
    @asynccontextmanager
    async def on(cls, amqp_url: str, gateway: str) -> "AsyncIterator[Wiretap]":
        """From now on. `gateway`: the name that live words are sent to."""
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            made = cls(channel, await channel.declare_queue(f"wiretap.{secrets.token_hex(6)}", exclusive=True))
            for exchange, key in bindings(gateway):
                await made._queue.bind(exchange, key)
            await made._queue.consume(made._hear, no_ack=True)
            yield made

    async def told(self) -> list[AbstractIncomingMessage]:
        """All that was published before this was called."""
        mark = secrets.token_hex(8)
        await self._channel.default_exchange.publish(Message(b"", message_id=mark), self._queue.name)
        async with asyncio.timeout(_SECONDS), self._heard:
            await self._heard.wait_for(lambda: any(each.message_id == mark for each in self._messages))
        return [each for each in self._messages if each.exchange]

    async def publish_poison(self) -> None:
        """A command that breaks off in the middle."""
        command = next(each for each in await self.told() if each.routing_key.startswith("zuora-sync."))
        exchange = await self._channel.get_exchange(topology.COMMANDS)
        await exchange.publish(Message(command.body[:-9]), LANE)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        async with self._heard:
            self._messages.append(message)
            self._heard.notify_all()


def bindings(gateway: str) -> list[tuple[str, str]]:
    """Every exchange, with every key that somebody sends to."""
    commands = [key for service in topology.WORKER_SERVICES for key in keys_of(service)]
    return [
        *((topology.COMMANDS, key) for key in commands),
        *((exchange, "#") for exchange in (topology.EVENTS, topology.CONTROL)),
        *((topology.LIVE, key) for key in (topology.CHANGED_KEY, gateway)),
        (topology.PARK, ""),
    ]


def keys_of(service: str) -> list[str]:
    return [*topology.lane_queues(service), topology.cancellations_queue(service)]
