"""Answers that go out in pieces: large ones, of which something is held until their last byte is out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

logger = structlog.get_logger()

LEAST = 64 * 1024
"""Bytes a second."""


class TooSlow(Exception):
    """The client takes less than it has to."""


class SteadyAnswer(StreamingResponse):
    """A client that takes fewer than `least` bytes a second, or nothing, is cut off after `grace` seconds.

    Only the time counts in which it is waited for. `kept` is closed once the answer is out, or broken off.
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        kept: AsyncExitStack,
        *,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        grace: float = 30.0,
        least: int = LEAST,
    ) -> None:
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._kept = kept
        self._grace = grace
        self._least = least

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Where it returns before the answer has ended, the server closes the connection: the client sees the cut."""
        outlet = _Outlet(send, self._grace, self._least)
        try:
            async with self._kept:
                await super().__call__(scope, receive, outlet.send)
        except TooSlow:
            logger.warning("a client that reads too slowly was cut off", sent=outlet.sent, path=scope["path"])


class _Outlet:
    def __init__(self, send: Send, grace: float, least: int) -> None:
        self.sent = 0
        """Bytes that were taken."""
        self._send = send
        self._grace = grace
        self._left = grace
        """Seconds for which the client may still be waited for. Each byte earns some, but what the buffers between the
        two take at once earns no longer standstill."""
        self._least = least

    async def send(self, message: Message) -> None:
        """Raises TooSlow."""
        now = asyncio.get_running_loop().time
        began = now()
        try:
            async with asyncio.timeout(max(self._left, 0.0)):
                await self._send(message)
        except TimeoutError:
            raise TooSlow from None
        size = len(message.get("body", b""))
        self.sent += size
        self._left = min(self._left + size / self._least - (now() - began), self._grace)
