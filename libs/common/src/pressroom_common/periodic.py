"""Upkeep: something that happens every few seconds for as long as the process lives."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from .errors import Unavailable

logger = structlog.get_logger()


class Periodic:
    """Calls `action` every `seconds`, or at once when woken. An action that fails is told and tried next time.

    `pace`: seconds that it rests after each action, however often it is woken.
    """

    def __init__(self, name: str, seconds: float, action: Callable[[], Awaitable[None]], pace: float = 0.0) -> None:
        self._name = name
        self._seconds = seconds
        self._action = action
        self._pace = pace
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._name)

    def wake(self) -> None:
        self._woken.set()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self._action()
            except Unavailable as error:
                logger.warning("put off: the database or the broker is away", task=self._name, reason=str(error))
            except Exception:
                logger.exception("upkeep failed", task=self._name)
            if self._pace:
                await asyncio.sleep(self._pace)
