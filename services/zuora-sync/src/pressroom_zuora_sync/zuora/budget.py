"""The memory of a process for bodies of answers.

A body that comes in tells its length only at its end, so it takes more as it grows: it climbs rungs, each with places
of its own. Who climbs waits for those above alone, and who is at the top for nobody, so that no two ever wait for each
other. Of a body that goes out, the length is known: it takes as much of a room.
"""

from asyncio import Event, Lock, Semaphore
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

MB = 1024 * 1024
RUNGS = (MB // 4, MB, 4 * MB)
"""Bytes above which a body needs a place, for up to the next of them; smaller ones need none."""


class Budget:
    """`total`: bytes of all bodies on the rungs; `most`: of a single one. One of these has a place, however large."""

    def __init__(self, total: int, most: int) -> None:
        highest = max(most, RUNGS[-1])
        self._places: Mapping[int, Semaphore] = {
            RUNGS[0]: _places(total // 4, RUNGS[1]),
            RUNGS[1]: _places(total // 4, RUNGS[2]),
            RUNGS[2]: _places(total // 2, highest),
        }

    def place(self, above: int) -> Semaphore:
        """On the rung of bodies with more than so many bytes: hold it for as long as the body is in memory."""
        return self._places[above]


def _places(share: int, size: int) -> Semaphore:
    return Semaphore(max(1, share // size))


class Room:
    """So many bytes for bodies whose size is known, given in the order in which they are asked for."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._free = total
        self._line = Lock()
        self._freed = Event()

    @asynccontextmanager
    async def taken(self, size: int) -> AsyncIterator[None]:
        """For a body of `size`. One that is larger than all has all."""
        size = min(size, self._total)
        async with self._line:
            while self._free < size:
                self._freed.clear()
                await self._freed.wait()
            self._free -= size
        try:
            yield
        finally:
            self._free += size
            self._freed.set()
