"""Where exports are prepared: beside the event loop, where all other syncs and requests would wait for one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_SMALL = 64_000
"""Bytes. Up to here the work takes some milliseconds; a thread would cost more than it saves."""
LARGE = 1_000_000
"""Bytes. Larger exports are prepared one at a time in the process: taken apart, they are ten times their size."""
_THREADS = 2
"""So that others go on beside a large one."""


class Workshop:
    """One per process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="preparing")
        self._large = asyncio.Semaphore(1)

    async def made(self, size: int, work: Callable[[], T]) -> T:
        """What the work on an export of `size` bytes returns, or raises."""
        if size <= _SMALL:
            return work()
        if size <= LARGE:
            return await self._beside(work)
        async with self._large:
            return await self._beside(work)

    async def _beside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
