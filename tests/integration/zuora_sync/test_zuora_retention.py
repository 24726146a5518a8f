"""Which syncs and versions go by their age, on a real PostgreSQL."""

import asyncio
from uuid import UUID

import pytest

from integration.zuora_sync.desk import TENANT, Desk
from pressroom_common.ids import uuid7
from pressroom_zuora_sync.retention.records import Kept
from pressroom_zuora_sync.retention.repository import PostgresHistory
from pressroom_zuora_sync.retention.service import Retention

DAYS = 86_400.0
KEPT = Kept(sync_seconds=90 * DAYS, version_seconds=365 * DAYS, versions=3)


@pytest.fixture(autouse=True)
async def nothing_else(desk: Desk) -> None:
    await desk.rows("DELETE FROM customers")


async def sync(desk: Desk, environment_id: UUID, days: float, state: str = "completed") -> UUID:
    """One that ended so many days ago, or began then and runs; its id is the highest so far."""
    await asyncio.sleep(0.002)  # ids sort by the millisecond
    await desk.rows(
        """INSERT INTO syncs (job_id, tenant_id, environment_id, "full", dry_run, attempt, claim, epoch, state,
            started_at, ended_at)
        SELECT :id, :tenant_id, :environment_id, false, false, 1, 1, 1, :state, at, CASE :state WHEN 'running' THEN NULL
            ELSE at END
        FROM (SELECT now() - make_interval(secs => :age) AS at) AS begun""",
        id=(id_ := uuid7()),
        tenant_id=TENANT,
        environment_id=environment_id,
        state=state,
        age=days * DAYS,
    )
    return id_


async def syncs(desk: Desk, environment_id: UUID) -> list[UUID]:
    rows = await desk.rows("SELECT job_id FROM syncs WHERE environment_id = :id ORDER BY job_id", id=environment_id)
    return [row.job_id for row in rows]


async def workflow(desk: Desk, environment_id: UUID, *ages: float) -> UUID:
    """With a version for each of so many days."""
    await desk.rows(
        """WITH made AS (
            INSERT INTO workflows (id, tenant_id, environment_id, zuora_id, name, version)
            VALUES (:id, :tenant_id, :environment_id, 1, 'w', :version)
        )
        INSERT INTO versions (workflow_id, number, hash, raw, key_id, bytes, redacted, exported_at)
        SELECT :id, number, '', '', 'key-1', 0, '{}', now() - make_interval(secs => age)
        FROM unnest(CAST(:ages AS double precision[])) WITH ORDINALITY AS v(age, number)""",
        id=(id_ := uuid7()),
        tenant_id=TENANT,
        environment_id=environment_id,
        version=len(ages),
        ages=[days * DAYS for days in ages],
    )
    return id_


async def versions(desk: Desk, workflow_id: UUID) -> list[int]:
    rows = await desk.rows("SELECT number FROM versions WHERE workflow_id = :id ORDER BY number", id=workflow_id)
    return [row.number for row in rows]


def retention(desk: Desk, kept: Kept = KEPT) -> Retention:
    return Retention(PostgresHistory(desk.database), kept, pause=0)


async def test_old_syncs_go_and_the_last_one_of_each_environment_stays(desk: Desk) -> None:
    busy, idle = await desk.environment("busy"), await desk.environment("idle")
    await sync(desk, busy, 400)
    await sync(desk, busy, 91, "failed")
    young = await sync(desk, busy, 89)
    last = await sync(desk, busy, 1)
    await sync(desk, idle, 300)
    only = await sync(desk, idle, 200)
    await retention(desk).sweep()
    assert (await syncs(desk, busy), await syncs(desk, idle)) == ([young, last], [only])


async def test_a_sync_that_runs_stays_and_one_whose_run_is_gone_does_not(desk: Desk) -> None:
    environment_id = await desk.environment("running")
    job = desk.sync(environment_id)
    await job.run()  # so that there is a run
    await desk.rows(
        "UPDATE syncs SET state = 'running', started_at = now() - interval '100 days', ended_at = NULL "
        "WHERE job_id = :id",
        id=job.id,
    )
    lost = await sync(desk, environment_id, 100, "running")
    last = await sync(desk, environment_id, 99)
    await retention(desk).sweep()
    assert await syncs(desk, environment_id) == [job.id, last]
    assert lost not in await syncs(desk, environment_id)


async def test_the_newest_versions_stay_however_old_and_all_young_ones(desk: Desk) -> None:
    environments = [await desk.environment(f"versions-{number}") for number in range(3)]
    old = await workflow(desk, environments[0], 900, 800, 700, 600, 500)
    changing = await workflow(desk, environments[1], 900, 366, 364, 4, 3, 2, 1)
    few = await workflow(desk, environments[2], 900, 800)
    await retention(desk).sweep()
    assert await versions(desk, old) == [3, 4, 5]
    assert await versions(desk, changing) == [3, 4, 5, 6, 7]
    assert await versions(desk, few) == [1, 2]


async def test_the_oldest_versions_go_first_whatever_their_workflow(desk: Desk) -> None:
    environments = [await desk.environment(f"oldest-{number}") for number in range(2)]
    young = await workflow(desk, environments[0], 700, 600, 3, 2, 1)
    old = await workflow(desk, environments[1], 900, 800, 650, 3, 2, 1)
    history = PostgresHistory(desk.database)
    left = []
    while await history.delete_versions(365 * DAYS, 3, 2):
        left.append((await versions(desk, young), await versions(desk, old)))
    kept = [3, 4, 5], [4, 5, 6]
    assert left == [([1, 2, *kept[0]], [3, *kept[1]]), ([2, *kept[0]], kept[1]), kept]


async def test_an_age_of_nothing_keeps_all(desk: Desk) -> None:
    environment_id = await desk.environment("for-ever")
    for _ in range(2):
        await sync(desk, environment_id, 4000)
    id_ = await workflow(desk, environment_id, 4000, 3000, 2000, 1000)
    await retention(desk, Kept(sync_seconds=0, version_seconds=0, versions=1)).sweep()
    assert (len(await syncs(desk, environment_id)), len(await versions(desk, id_))) == (2, 4)


async def test_several_processes_delete_each_row_once(desk: Desk) -> None:
    environment_id = await desk.environment("side-by-side")
    for _ in range(41):
        await sync(desk, environment_id, 100)
    await workflow(desk, environment_id, *range(500, 400, -1))
    history = PostgresHistory(desk.database)
    deleted = await asyncio.gather(*(history.delete_syncs(90 * DAYS, 10) for _ in range(4)))
    assert sum(deleted) + await history.delete_syncs(90 * DAYS, 500) == 40
    gone = await asyncio.gather(*(history.delete_versions(365 * DAYS, 3, 20) for _ in range(4)))
    assert sum(gone) + await history.delete_versions(365 * DAYS, 3, 500) == 97
