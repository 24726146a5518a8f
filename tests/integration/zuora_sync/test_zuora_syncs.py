"""What a sync makes of what Zuora has: after each, the rows are what is there."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from integration.zuora_sync.desk import Desk
from integration.zuora_sync.truths import equal
from pressroom_common.telemetry import Metrics
from pressroom_devstack.fake_zuora import AccountSpec, Change
from pressroom_devstack.fake_zuora.account import WorkflowSpec
from pressroom_zuora_sync.syncing.measures import SyncMetrics
from pressroom_zuora_sync.zuora.records import MOST_CONCURRENT

ACME = "acme"


@pytest.fixture
async def acme(desk: Desk) -> UUID:
    """Sixty workflows: two pages."""
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=60, tasks=6, first_id=101))
    return await desk.environment(ACME)


async def test_a_first_sync_stores_everything(desk: Desk, acme: UUID) -> None:
    result = (await desk.sync(acme).run()).result
    assert (result.created, result.total, result.pages, result.exports) == (60, 60, 2, 60)
    assert (result.updated, result.unchanged, result.errors) == (0, 0, ())
    await equal(desk, acme, ACME)
    assert await desk.value("SELECT count(*) FROM tasks WHERE environment_id = :id", id=acme) == result.tasks
    items = "SELECT count(*) FROM sync_items JOIN syncs USING (job_id) WHERE environment_id = :id"
    assert await desk.value(items, id=acme) == 0


async def test_a_sync_of_what_has_not_changed_needs_the_list_alone(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    before = await desk.snapshot(acme)
    await desk.zuora.forget_calls()
    result = (await desk.sync(acme).run()).result
    assert (result.unchanged, result.total, result.exports, result.tasks) == (60, 60, 0, 0)
    assert (await desk.zuora.log()).counts[ACME].get("export", 0) == 0
    assert await desk.snapshot(acme) == before


async def test_what_changed_is_updated_and_the_rest_is_not(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    await desk.zuora.change(
        ACME,
        Change(op="edit", workflow_id=101),
        Change(op="add_task", workflow_id=102, name="New"),
        Change(op="remove_task", workflow_id=103),
        Change(op="rename", workflow_id=104),
        Change(op="cycle", workflow_id=105),
        Change(op="deactivate", workflow_id=106),
        Change(op="nul", workflow_id=107),
        Change(op="add_task", workflow_id=108, action_type="AI::Score"),
        Change(op="set", workflow_id=109, fields={"description": "Another one."}),
        Change(op="add"),
        Change(op="add", position=0),
        Change(op="move", workflow_id=160, position=0),
    )
    result = (await desk.sync(acme).run()).result
    assert (result.created, result.total, result.exports) == (2, 62, 11)
    assert result.updated + result.unchanged == 60
    assert result.updated >= 7
    await equal(desk, acme, ACME)
    versions = await desk.rows(
        "SELECT number FROM versions v JOIN workflows w ON w.id = v.workflow_id "
        "WHERE w.environment_id = :id AND w.zuora_id = 102 ORDER BY number",
        id=acme,
    )
    assert [row.number for row in versions] == [1, 2]


async def test_a_change_that_the_list_does_not_tell_is_found_by_a_full_sync(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    await desk.zuora.do(ACME, "edit_silently", 110)
    assert (await desk.sync(acme).run()).result.updated == 0
    before = await desk.snapshot(acme)
    result = (await desk.sync(acme, full=True).run()).result
    assert (result.updated, result.unchanged, result.exports) == (1, 59, 60)
    await equal(desk, acme, ACME)
    after = await desk.snapshot(acme)
    assert sum(a != b for a, b in zip(before[2], after[2], strict=True)) == 1  # one task was written


async def test_after_a_day_a_sync_is_full(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    await desk.rows("UPDATE environments SET exported_at = now() - interval '25 hours' WHERE id = :id", id=acme)
    assert (await desk.sync(acme).run()).result.exports == 60
    assert (await desk.sync(acme).run()).result.exports == 0


async def test_a_dry_run_tells_and_changes_nothing(desk: Desk, acme: UUID) -> None:
    result = (await desk.sync(acme, dry_run=True).run()).result
    assert (result.created, result.dry_run) == (60, True)
    assert await desk.alive(acme) == set()
    await desk.sync(acme).run()
    before = await desk.snapshot(acme)
    await desk.zuora.change(
        ACME,
        Change(op="edit", workflow_id=101),
        Change(op="delete", workflow_id=102),
        Change(op="add"),
    )
    result = (await desk.sync(acme, dry_run=True).run()).result
    assert (result.created, result.updated, result.unchanged, result.deleted) == (1, 1, 58, 1)
    assert await desk.snapshot(acme) == before


async def test_two_environments_with_the_same_ids_are_not_mixed(desk: Desk, acme: UUID) -> None:
    await desk.zuora.seed(AccountSpec(client_id="globex", workflows=40, tasks=5, first_id=101))
    globex = await desk.environment("globex", tenant_id=UUID(int=9))
    jobs = desk.sync(acme), desk.sync(globex)
    ended = await asyncio.gather(*(job.run() for job in jobs))
    assert ended[0].result.created == 60
    assert ended[1].error == ("environment_gone", "permanent")  # of another tenant than the job's
    globex = await desk.environment("globex")
    await desk.zuora.change(ACME, Change(op="edit", workflow_id=101))
    full, first = await asyncio.gather(desk.sync(acme, full=True).run(), desk.sync(globex).run())
    assert (full.result.updated, first.result.created) == (1, 40)
    await equal(desk, acme, ACME)
    await equal(desk, globex, "globex")


async def test_never_more_calls_at_once_than_the_limit(desk: Desk, acme: UUID) -> None:
    await desk.zuora.behaves(latency_ms=20)
    await desk.sync(acme).run()
    assert await desk.zuora.most_at_once(ACME) <= 8 <= MOST_CONCURRENT


async def test_an_export_of_30_mb_among_others_is_stored(desk: Desk, acme: UUID) -> None:
    await desk.zuora.do(ACME, "enlarge", 111)
    result = (await desk.sync(acme).run()).result
    assert result.created == 60
    await equal(desk, acme, ACME)


async def test_extraction_makes_the_same_rows_again_without_a_call(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    before = await desk.snapshot(acme)
    await desk.zuora.forget_calls()
    result = (await desk.extract(acme).run()).result
    assert (result.unchanged, result.updated, result.total) == (60, 0, 60)
    assert await desk.snapshot(acme) == before
    await desk.rows("DELETE FROM tasks WHERE environment_id = :id AND zuora_task_id % 3 = 0", id=acme)
    await desk.rows("UPDATE tasks SET name = 'wrong' WHERE environment_id = :id AND zuora_task_id % 7 = 0", id=acme)
    result = (await desk.extract(acme).run()).result
    assert (result.updated > 0, result.updated + result.unchanged) == (True, 60)
    await equal(desk, acme, ACME)
    assert await desk.zuora.calls() == []


async def test_extraction_of_one_workflow_touches_no_other(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    await desk.rows("DELETE FROM linkages USING workflows w WHERE w.id = workflow_id AND environment_id = :id", id=acme)
    one = await desk.value("SELECT id FROM workflows WHERE environment_id = :id AND zuora_id = 120", id=acme)
    result = (await desk.extract(acme, one).run()).result
    assert (result.updated, result.total) == (1, 1)
    assert set(await desk.linkages(acme)) == {one}
    assert (await desk.extract(acme, UUID(int=5)).run()).error == ("no_export", "permanent")


async def test_secrets_of_exports_are_in_no_column_that_is_not_encrypted(desk: Desk) -> None:
    canary = "c4n4ry-0f-exp0rts"
    named = WorkflowSpec(id=900, name=f"Bearer {canary}", description=f"password: {canary}")
    await desk.zuora.seed(AccountSpec(client_id="secretive", canary=canary, workflows=30, tasks=10, explicit=[named]))
    environment_id = await desk.environment("secretive")
    raw = msgspec.json.encode([each.export for each in (await desk.zuora.truth("secretive")).workflows.values()])
    assert raw.count(canary.encode()) > 30
    await desk.zuora.plays("tasks_null", workflow_id=7, times=None)
    await desk.sync(environment_id).run()
    await desk.extract(environment_id).run()
    tables = ("customers", "environments", "workflows", "versions", "tasks", "linkages", "syncs", "sync_items")
    for table in (*tables, "runs", "steps"):
        rows = "\n".join(row.told for row in await desk.rows(f"SELECT CAST(t AS text) AS told FROM {table} t"))
        assert canary not in rows
        assert canary.encode().hex() not in rows


async def test_extraction_takes_secrets_out_of_names_that_were_stored_before(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    of_one = "FROM workflows WHERE environment_id = :id AND zuora_id = 120"
    before = await desk.value(f"SELECT updated_at {of_one}", id=acme)
    await desk.rows(
        "UPDATE workflows SET name = 'Bearer CANARY', description = 'token: CANARY'"
        " WHERE environment_id = :id AND zuora_id = 120",
        id=acme,
    )
    assert (await desk.extract(acme).run()).result.updated == 1
    assert await desk.value(f"SELECT name || ', ' || description {of_one}", id=acme) == (
        "Bearer [redacted], token: [redacted]"
    )
    assert await desk.value(f"SELECT updated_at {of_one}", id=acme) == before
    assert (await desk.extract(acme).run()).result.updated == 0


async def test_the_age_of_each_list_is_told_until_its_environment_is_gone(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    await desk.rows("UPDATE environments SET listed_at = now() - interval '90 s' WHERE id = :id", id=acme)
    measures = SyncMetrics(metrics := Metrics())
    measures.ages(await desk.syncs.ages())
    [told] = [
        line for line in metrics.expose().decode().splitlines() if f'sync_age_seconds{{environment="{acme}"' in line
    ]
    assert 90 <= float(told.split()[-1]) < 120
    await desk.rows("DELETE FROM environments WHERE id = :id", id=acme)
    measures.ages(await desk.syncs.ages())
    assert str(acme) not in metrics.expose().decode()


async def test_an_export_whose_key_is_lost_is_stored_anew_by_a_full_sync(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    id_ = (await desk.stored(acme))[103]["id"]
    await desk.rows("UPDATE versions SET key_id = 'lost' WHERE workflow_id = :id", id=id_)
    assert (await desk.sync(acme).run()).result.updated == 0
    result = (await desk.sync(acme, full=True).run()).result
    assert (result.updated, result.unchanged) == (1, result.total - 1)
    assert (await desk.stored(acme))[103]["version"] == 2
    await equal(desk, acme, ACME)
    assert (await desk.sync(acme, full=True).run()).result.updated == 0
