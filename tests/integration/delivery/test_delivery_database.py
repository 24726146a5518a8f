"""A database that goes away under load is no job's fault."""

import asyncio
from collections.abc import Callable

import pytest

from integration.delivery.load import under_load
from integration.delivery.system import SHORT_LEASE, System

LONGER_THAN_A_LEASE = SHORT_LEASE["lease_seconds"] + 2


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_database_restarts_under_load_park_fail_and_buy_again_nothing(fragile_system: System, end: str) -> None:
    system, database = fragile_system, fragile_system.servers.postgres
    ending: Callable[[], None] = getattr(database, end)
    await _two_workers(system)
    async with under_load(system) as ids:
        for _ in range(3):
            await asyncio.to_thread(ending)
            await asyncio.to_thread(database.start)
            await system.provider.in_flight(8)  # it goes on

    rows = (await system.check(ids)).of(ids)  # and nothing is parked
    assert {(job.status, job.attempt) for job in rows.jobs.values()} == {("completed", 1)}
    assert not rows.second_calls()


async def test_a_database_outage_longer_than_the_leases_fails_nothing(fragile_system: System) -> None:
    system, database = fragile_system, fragile_system.servers.postgres
    await _two_workers(system, **SHORT_LEASE)
    async with under_load(system) as ids:
        await asyncio.to_thread(database.stop)
        await asyncio.sleep(LONGER_THAN_A_LEASE)
        await asyncio.to_thread(database.start)
        await system.provider.in_flight(8)

    rows = (await system.check(ids)).of(ids)
    assert {(job.status, job.attempt) for job in rows.jobs.values()} == {("completed", 1)}


async def _two_workers(system: System, **settings: float) -> None:
    await asyncio.gather(*(system.start_worker(f"generator-{n}", **settings) for n in (1, 2)))
