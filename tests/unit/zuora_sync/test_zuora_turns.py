"""Whose exports are looked at, and who waits for whom."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from pressroom_zuora_sync.reading.turns import AT_A_TIME, Turns


class Watched:
    """Works in turns for a few rounds of the loop, and sees who is at it together."""

    def __init__(self) -> None:
        self.ended: list[UUID | None] = []
        self.most = 0
        self.most_of_one = 0
        self._turns = Turns()
        self._now: list[UUID | None] = []

    async def all_at_once(self, tenants: Sequence[UUID | None]) -> None:
        await asyncio.gather(*(self._work(tenant) for tenant in tenants))

    async def _work(self, tenant: UUID | None) -> None:
        async with self._turns.of(tenant), self._seen(tenant):
            for _ in range(5):
                await asyncio.sleep(0)
        self.ended.append(tenant)

    @asynccontextmanager
    async def _seen(self, tenant: UUID | None) -> AsyncIterator[None]:
        self._now.append(tenant)
        self.most = max(self.most, len(self._now))
        self.most_of_one = max(self.most_of_one, self._now.count(tenant))
        yield
        self._now.remove(tenant)


async def test_a_tenant_that_asks_for_much_waits_for_itself() -> None:
    busy, other = uuid4(), uuid4()
    watched = Watched()
    await watched.all_at_once([busy] * 10 + [other])
    assert (watched.most, watched.most_of_one) == (2, 1)
    assert watched.ended.index(other) <= 1


async def test_no_more_are_in_memory_than_a_few() -> None:
    watched = Watched()
    await watched.all_at_once([*(uuid4() for _ in range(10)), None])
    assert (watched.most, len(watched.ended)) == (AT_A_TIME, 11)
