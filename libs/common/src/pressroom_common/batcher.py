"""Group commit: the one way in which writes of every kind travel together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from .errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """One flush is in flight; what arrives meanwhile is the next batch. No timer: an idle batcher flushes at once.

    `flush` takes at most `limit` items and answers with their results in the same order. A batch that fails is
    bisected, so that one bad item fails alone; Unavailable is nobody's fault and fails them all.
    """

    def __init__(self, flush: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], limit: int = 200) -> None:
        self._flush = flush
        self._limit = limit
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The item's result; raises what its flush raised. A caller that goes away takes nothing back."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await future

    def __len__(self) -> int:
        return len(self._waiting)

    async def _run(self) -> None:
        try:
            while self._waiting:
                size = min(self._limit, len(self._waiting))
                await self._settle([self._waiting.popleft() for _ in range(size)])
        finally:
            self._task = None

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is handed to those who wait
            await self._fail(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def _fail(self, batch: list[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
        if len(batch) > 1 and not isinstance(error, Unavailable):
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
            return
        for _, future in batch:
            if not future.done():
                future.set_exception(error)
