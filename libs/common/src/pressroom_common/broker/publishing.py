"""The publishing connection: confirms, mandatory, bounded waits."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import cast

import structlog
from aio_pika.abc import AbstractChannel as Channel
from aio_pika.abc import AbstractRobustConnection
from aio_pika.connection import make_url
from aio_pika.exceptions import AMQPError
from aio_pika.robust_connection import RobustConnection
from aiormq.channel import Channel as UnderlayChannel
from aiormq.exceptions import PublishError
from pamqp.commands import Basic

from pressroom_common import topology
from pressroom_common.errors import Unavailable
from pressroom_common.ids import uuid7

logger = structlog.get_logger()

PERSISTENT, TRANSIENT = 2, 1


class Unroutable(Unavailable):
    """No queue is bound there: the topology is being declared again, or was changed by hand. Try again."""


class Publisher:
    """Publishes bytes. It declares the topology on its robust channel, which declares it again at every reconnection:
    a broker that lost its data gets its queues back.

    aio-pika's `Exchange.publish` costs twice as much CPU as the channel below it, so `publish` goes there directly.
    """

    def __init__(self, url: str, confirm_seconds: float) -> None:
        self._url = url
        self._confirm_seconds = confirm_seconds
        self._connection: AbstractRobustConnection | None = None
        self._channel: Channel | None = None
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        self._starting = asyncio.create_task(self._start())

    async def connected(self) -> None:
        """Wait until the first connection stands."""
        assert self._starting is not None
        await asyncio.shield(self._starting)

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        if self._connection is not None:
            await self._connection.close()

    @property
    def ready(self) -> bool:
        """Whether a publish has a chance; `check` knows for sure. An alarm is told to who published into it."""
        if self._connection is None or not self._connection.connected.is_set():
            return False
        transport = self._connection.transport
        return transport is not None and _is_over(transport.ready())

    async def publish(self, exchange: str, routing_key: str, body: bytes) -> None:
        """Persistent, mandatory, confirmed. Raises Unavailable: it may or may not have been published."""
        await self._publish(exchange, routing_key, body, PERSISTENT, mandatory=True)

    async def send(self, exchange: str, routing_key: str, body: bytes) -> None:
        """Transient and not mandatory: hurries along what rows tell anyway. Never raises, never waits long."""
        with suppress(Unavailable):
            await self._publish(exchange, routing_key, body, TRANSIENT, mandatory=False)

    async def check(self) -> None:
        """Raises Unavailable unless the broker confirms now: an open connection proves little under an alarm."""
        await self._publish(topology.LIVE, "nobody", b"", TRANSIENT, mandatory=False)

    async def _publish(self, exchange: str, routing_key: str, body: bytes, mode: int, *, mandatory: bool) -> None:
        properties = Basic.Properties(content_type="application/json", delivery_mode=mode, message_id=uuid7().hex)
        try:
            async with asyncio.timeout(self._confirm_seconds):  # aio-pika's own does not hold under a memory alarm
                channel = await self._underlay()
                await channel.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=mandatory,
                    wait=False,  # for the socket's buffer: the confirmation says more
                )
        except PublishError as error:
            raise Unroutable(f"no queue takes {routing_key!r} of {exchange!r}") from error
        except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
            raise Unavailable("the broker did not confirm") from error

    async def _underlay(self) -> UnderlayChannel:
        """Asked for at each use: a kept one is broken after a reconnection."""
        if self._channel is None:
            raise Unavailable("the broker was not reached yet")
        return cast("UnderlayChannel", await self._channel.get_underlay_channel())

    async def _start(self) -> None:
        pause = 0.2
        while True:
            try:
                await self._connect()
            except (AMQPError, OSError, TimeoutError) as error:
                logger.warning("the broker cannot be reached", error=repr(error), again_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                return

    async def _connect(self) -> None:
        connection = RobustConnection(make_url(self._url), reconnect_interval=1)
        try:
            await connection.connect(timeout=5)
            async with asyncio.timeout(15):
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                await topology.declare(channel)
        except BaseException:
            await connection.close()
            raise
        self._connection, self._channel = connection, channel


def _is_over(waiting: Awaitable[None]) -> bool:
    """Whether there is nothing to wait for: of a connection that is blocked there is no other sign to see at once."""
    steps = waiting.__await__()
    try:
        next(steps)
    except StopIteration:
        return True
    steps.close()
    return False
