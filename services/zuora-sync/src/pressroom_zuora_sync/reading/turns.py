"""Whose turn it is to have exports in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

AT_A_TIME = 2
"""Requests that work on exports at the same time, of as many tenants; others wait."""

T = TypeVar("T")


class Turns:
    """In the order in which they are asked for, but one at a time for each tenant: one that asks for much waits for
    itself, and the others only for a piece of its work."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(AT_A_TIME)
        self._own: WeakValueDictionary[UUID | None, asyncio.Lock] = WeakValueDictionary()
        """Of tenants that have a turn or wait for one; None: of who asks for all tenants."""

    @asynccontextmanager
    async def of(self, tenant_id: UUID | None) -> AsyncIterator[None]:
        own = self._own.setdefault(tenant_id, asyncio.Lock())
        async with own, self._all:
            yield


async def to_its_end(work: Callable[[], T]) -> T:
    """In a thread, which nobody can stop: who is cancelled meanwhile waits for it, and keeps the turn for so long."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise
