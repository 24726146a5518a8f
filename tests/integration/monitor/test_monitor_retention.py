"""What the history drops when it is old, and that the counts beside it stay exact."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from integration.monitor.database import HistoryDatabase
from integration.monitor.gateway import FakeGateway
from integration.monitor.process import RunningMonitor
from pressroom_common.ids import uuid7
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_monitor.fold import fold
from pressroom_monitor.retention import STEP, Retention
from unit.monitor.events import snapshot, transition, usage_of

DAY = 86_400.0
KEPT = 90 * DAY
TABLES = ("jobs", "endings", "attempts", "usages")


@pytest.fixture
async def own(monitor_database: Callable[[], str]) -> AsyncIterator[HistoryDatabase]:
    """A history that no other test looks at."""
    database = HistoryDatabase(await asyncio.to_thread(monitor_database))
    yield database
    await database.close()


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def told(own: HistoryDatabase, days: float, *statuses: str, tenant: UUID, job: UUID | None = None) -> UUID:
    """A job whose statuses follow each other by a minute, the first of them so many days ago."""
    job = job or uuid7()
    at = [ago(days) + timedelta(minutes=minute) for minute in range(len(statuses))]
    of: dict[str, Any] = {"job_id": job, "tenant_id": tenant}
    log = [transition(status, n + 1, at=at[n], created_at=at[0], **of) for n, status in enumerate(statuses)]
    run = snapshot("completed", 2, time=at[-1], usage=usage_of(10), **of)
    await own.history.fold(fold([run], log))
    return job


async def rows_of(own: HistoryDatabase, job: UUID) -> list[int]:
    return [await own.value(f"SELECT count(*) FROM {table} WHERE job_id = :id", id=job) for table in TABLES]


async def jobs_counted(own: HistoryDatabase, tenant: UUID) -> dict[str, int]:
    rows = await own.rows("SELECT status, jobs FROM job_counts WHERE tenant_id = :id AND jobs <> 0", id=tenant)
    return {row["status"]: row["jobs"] for row in rows}


async def test_an_old_job_goes_with_all_that_is_known_of_it(own: HistoryDatabase) -> None:
    tenant = uuid7()
    old = await told(own, 91, "pending", "processing", "completed", tenant=tenant)
    fresh = await told(own, 89, "pending", "processing", "completed", tenant=tenant)
    unfinished = await told(own, 91, "pending", "processing", tenant=tenant)
    await Retention(own.history, KEPT, pause=0).sweep()
    assert await rows_of(own, old) == [0, 0, 0, 0]
    assert await rows_of(own, fresh) == [1, 1, 1, 1]
    assert await rows_of(own, unfinished) == [1, 0, 1, 1]
    assert await jobs_counted(own, tenant) == {"completed": 1, "processing": 1}


async def test_a_job_that_was_tried_again_lately_stays(own: HistoryDatabase) -> None:
    tenant, job = uuid7(), uuid7()
    of: dict[str, Any] = {"job_id": job, "tenant_id": tenant, "created_at": ago(91)}
    log = [transition("failed", 1, at=ago(91), **of), transition("completed", 2, at=ago(1), attempt=2, **of)]
    await own.history.fold(fold(transitions=log))
    await Retention(own.history, KEPT, pause=0).sweep()
    assert await rows_of(own, job) == [1, 1, 0, 0]
    assert await jobs_counted(own, tenant) == {"completed": 1}


async def test_minutes_go_with_what_they_count(own: HistoryDatabase) -> None:
    tenant = uuid7()
    await told(own, 91, "completed", tenant=tenant)
    await told(own, 1, "failed", tenant=tenant)
    await Retention(own.history, KEPT, pause=0).sweep()
    minutes = await own.rows("SELECT minute, failed FROM minutes WHERE tenant_id = :id", id=tenant)
    assert [(row["failed"], row["minute"] > ago(2)) for row in minutes] == [(1, True)]
    assert (await own.reads.stats(tenant)).jobs.total == 1


async def test_it_goes_in_steps_and_several_do_no_harm(own: HistoryDatabase) -> None:
    tenant, many = uuid7(), 2 * STEP + 10
    log = [transition("completed", 1, at=ago(91), job_id=uuid7(), tenant_id=tenant) for _ in range(many)]
    await own.history.fold(fold(transitions=log))
    assert await own.history.forget_ended(KEPT, STEP) <= STEP + 10
    assert (await jobs_counted(own, tenant))["completed"] == many - STEP
    await asyncio.gather(*(Retention(own.history, KEPT, pause=0).sweep() for _ in range(3)))
    assert await jobs_counted(own, tenant) == {}
    assert await own.value("SELECT count(*) FROM endings WHERE tenant_id = :id", id=tenant) == 0


async def test_a_word_of_the_log_that_comes_again_is_dropped_again(own: HistoryDatabase) -> None:
    """As a rebuild brings it."""
    tenant, job = uuid7(), uuid7()
    for _ in range(2):
        await told(own, 91, "pending", "completed", tenant=tenant, job=job)
        assert await rows_of(own, job) == [1, 1, 1, 1]
        await Retention(own.history, KEPT, pause=0).sweep()
        assert await rows_of(own, job) == [0, 0, 0, 0]
    assert await jobs_counted(own, tenant) == {}


async def test_a_running_monitor_forgets_and_one_that_keeps_all_does_not(
    infrastructure: Infrastructure, monitor_database: Callable[[], str], gateway: FakeGateway
) -> None:
    url = await asyncio.to_thread(monitor_database)
    amqp_url = await asyncio.to_thread(infrastructure.fresh_vhost, "monitor")
    async with RunningMonitor(url, amqp_url, gateway.url, retention_seconds=0, retention_sweep_seconds=0.1) as keeping:
        job = await told(keeping.tables, 91, "completed", tenant=uuid7())
        await asyncio.sleep(0.5)
        assert await rows_of(keeping.tables, job) == [1, 1, 1, 1]
    async with RunningMonitor(url, amqp_url, gateway.url, retention_seconds=KEPT) as forgetting:
        await forgetting.folded("SELECT count(*) FROM jobs", 0)
        assert await rows_of(forgetting.tables, job) == [0, 0, 0, 0]
