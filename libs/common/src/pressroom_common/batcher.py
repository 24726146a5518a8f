"""Group commit: the one way in which writes of every kind travel together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from .errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
logger = structlog.get_logger()


class Batcher(Generic[Item, Result]):
    """One flush is in flight; what arrives meanwhile is the next batch. No timer: an idle batcher flushes at once.

    `flush` takes at most `limit` items and answers with their results in the same order. A batch that fails is
    bisected, so that one bad item fails alone; Unavailable is nobody's fault and fails them all. `pace` is for writes
    that nobody waits for: so many seconds are left between flushes, for larger batches, unless a full one waits.
    """

    def __init__(
        self, flush: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], limit: int = 200, pace: float = 0.0
    ) -> None:
        self._flush = flush
        self._limit = limit
        self._pace = pace
        self._waiting: deque[tuple[Item, asyncio.Future[Result] | None]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The item's result; raises what its flush raised. A caller that goes away takes nothing back."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._enqueue(item, future)
        return await future

    def put(self, item: Item) -> None:
        """Nobody waits for this one: what goes wrong with it is logged, and somebody else must heal it."""
        self._enqueue(item, None)

    def __len__(self) -> int:
        return len(self._waiting)

    async def close(self) -> None:
        """Flush what waits, without further pauses."""
        self._pace = 0.0
        if self._task is not None:
            await asyncio.wait([self._task])

    def _enqueue(self, item: Item, future: asyncio.Future[Result] | None) -> None:
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                size = min(self._limit, len(self._waiting))
                await self._settle([self._waiting.popleft() for _ in range(size)])
                if self._pace and len(self._waiting) < self._limit:
                    await asyncio.sleep(self._pace)
        finally:
            self._task = None

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Result] | None]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is handed to those who wait
            await self._fail(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if future is not None and not future.done():
                future.set_result(result)

    async def _fail(self, batch: list[tuple[Item, asyncio.Future[Result] | None]], error: Exception) -> None:
        if len(batch) > 1 and not isinstance(error, Unavailable):
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
            return
        for _, future in batch:
            if future is None:
                logger.warning("a write that nobody waits for failed", error=repr(error))
            elif not future.done():
                future.set_exception(error)
