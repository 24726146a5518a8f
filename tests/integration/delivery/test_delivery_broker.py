"""A broker that goes away, with its data or without: jobs are taken, kept, and bought once."""

import asyncio
from collections.abc import Callable

import pytest

from integration.delivery.system import System

LONGER_THAN_A_RESTART_MS = 12_000


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_a_broker_restart_buys_no_running_call_again(fragile_system: System, end: str) -> None:
    system, broker = fragile_system, fragile_system.servers.rabbitmq
    await system.start_worker()
    await system.provider.behaves(latency_ms=LONGER_THAN_A_RESTART_MS)
    ids = await system.submit(*(f"Write about island {n}" for n in range(20)))
    await system.provider.in_flight(20)

    ending: Callable[[], None] = getattr(broker, end)
    await asyncio.to_thread(ending)
    await asyncio.to_thread(broker.start)
    rows = (await system.check(ids)).of(ids)

    assert {job.status for job in rows.jobs.values()} == {"completed"}
    assert [call.outcome for call in rows.all_calls] == ["answered"] * 20
    assert {run.claim for run in rows.runs.values()} == {1}


async def test_jobs_are_accepted_while_the_broker_is_down_and_complete_afterwards(fragile_system: System) -> None:
    system, broker = fragile_system, fragile_system.servers.rabbitmq
    await system.start_worker()
    await asyncio.to_thread(broker.stop)

    async with asyncio.timeout(20):
        ids = await system.submit(*(f"Write about harbour {n}" for n in range(10)))
    assert {await system.status(id_) for id_ in ids} == {"pending"}
    await asyncio.to_thread(broker.start)
    rows = (await system.check(ids)).of(ids)

    assert {job.status for job in rows.jobs.values()} == {"completed"}
    assert len(rows.all_calls) == 10


async def test_the_loss_of_all_broker_data_loses_no_job_and_buys_nothing_twice(fragile_system: System) -> None:
    system, broker = fragile_system, fragile_system.servers.rabbitmq
    await system.start_worker(slots_default=10)
    await system.provider.behaves(latency_ms=LONGER_THAN_A_RESTART_MS)
    ids = await system.submit(*(f"Write about archive {n}" for n in range(30)))
    await system.provider.in_flight(10)  # and 20 wait in the queue
    await system.provider.behaves()

    await asyncio.to_thread(broker.remove)
    await asyncio.to_thread(broker.start)
    await asyncio.to_thread(broker.create_vhost, system.vhost)
    rows = (await system.check(ids)).of(ids)

    assert {job.status for job in rows.jobs.values()} == {"completed"}
    assert [call.outcome for call in rows.all_calls] == ["answered"] * 30
