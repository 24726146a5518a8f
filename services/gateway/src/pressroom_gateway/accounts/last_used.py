"""When keys were last used: noted in memory, written now and then for all keys at once, never while a request waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import structlog

from pressroom_common.errors import Unavailable

from .ports import Touches

log = structlog.get_logger()


class LastUsed:
    def __init__(self, accounts: Touches, seconds: float) -> None:
        self._accounts = accounts
        self._seconds = seconds
        self._used: dict[UUID, float] = {}

    def mark(self, key_id: UUID) -> None:
        self._used[key_id] = time.monotonic()

    async def write(self) -> None:
        """What could not be written stays noted."""
        used, self._used = self._used, {}
        if not used:
            return
        now = time.monotonic()
        try:
            await self._accounts.touch({key_id: now - at for key_id, at in used.items()})
        except Unavailable:
            log.warning("last use of API keys not written", keys=len(used))
            self._used = used | self._used

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes every `seconds`, and once more at the end."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.write()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self.write()
