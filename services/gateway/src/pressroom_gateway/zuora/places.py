"""How many calls of a tenant are out to zuora-sync at once: one that asks for much waits for itself, and for nobody
else's connections.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from pressroom_gateway import problems
from pressroom_gateway.problems import Problem


class Places:
    """Of one sort of calls: `most` of a tenant at once in this process. Twice as many wait up to `patience` seconds, in
    their order; whoever else comes, or waits for longer, is refused."""

    def __init__(self, what: str, most: int, patience: float) -> None:
        self._what = what
        self._most = most
        self._patience = patience
        self._waiting: Counter[UUID] = Counter()
        self._places: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        """Of tenants that have a call out, or wait with one."""

    @asynccontextmanager
    async def of(self, tenant_id: UUID) -> AsyncIterator[None]:
        """Raises Problem (429)."""
        places = self._places.setdefault(tenant_id, asyncio.Semaphore(self._most))
        await self._take(places, tenant_id)
        try:
            yield
        finally:
            places.release()

    async def _take(self, places: asyncio.Semaphore, tenant_id: UUID) -> None:
        if self._waiting[tenant_id] >= 2 * self._most:
            raise self._crowded()
        self._waiting[tenant_id] += 1
        try:
            async with asyncio.timeout(self._patience):
                await places.acquire()
        except TimeoutError:
            raise self._crowded() from None
        finally:
            self._waiting[tenant_id] -= 1
            if not self._waiting[tenant_id]:
                del self._waiting[tenant_id]

    def _crowded(self) -> Problem:
        return problems.rate_limited(
            f"The tenant has {self._most} requests for {self._what} open at once, and no more are taken. Wait for "
            "`Retry-After`, and send fewer at once.",
            self._patience,
        )
