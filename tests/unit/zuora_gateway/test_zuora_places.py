"""How many calls of a tenant are out to zuora-sync at once, and what becomes of the others."""

import asyncio
from uuid import UUID, uuid4

import pytest

from pressroom_gateway.problems import Problem
from pressroom_gateway.zuora.places import Places


class Calls:
    """That last until `over` is set."""

    def __init__(self, places: Places) -> None:
        self.out = 0
        self.waits: list[str] = []
        """Of those that were refused."""
        self.over = asyncio.Event()
        self._places = places

    async def call(self, tenant_id: UUID) -> int:
        try:
            async with self._places.of(tenant_id):
                self.out += 1
                await self.over.wait()
        except Problem as problem:
            self.waits.append(problem.headers["Retry-After"])
            return problem.status
        return 200


async def begun(calls: Calls, tenant_id: UUID, count: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(calls.call(tenant_id)) for _ in range(count)]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_no_more_calls_of_a_tenant_are_out_than_its_places_and_other_tenants_have_theirs():
    calls, busy, other = Calls(Places("exports", 2, patience=60)), uuid4(), uuid4()
    tasks = await begun(calls, busy, 5)
    assert calls.out == 2
    tasks += await begun(calls, other, 2)
    assert calls.out == 4
    calls.over.set()
    assert await asyncio.gather(*tasks) == [200] * 7


async def test_who_waits_too_long_or_finds_too_many_waiting_is_told_when_to_come_again():
    calls, tenant = Calls(Places("exports", 2, patience=0.05)), uuid4()
    tasks = await begun(calls, tenant, 10)
    assert [task.done() for task in tasks] == [False] * 6 + [True] * 4
    await asyncio.wait(tasks[2:6], timeout=5)
    calls.over.set()
    assert await asyncio.gather(*tasks) == [200] * 2 + [429] * 8
    assert calls.waits == ["1"] * 8


@pytest.mark.parametrize("patience", [0.01, 60.0])
async def test_whoever_gives_up_leaves_no_place_taken(patience: float):
    places, tenant = Places("exports", 1, patience), uuid4()
    calls = Calls(places)
    tasks = await begun(calls, tenant, 3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    calls.over.set()
    assert await calls.call(tenant) == 200
