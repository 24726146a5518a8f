"""Syncs whose worker is replaced, cancelled, or loses its environment in the middle."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import pytest
from msgspec import Raw
from msgspec.structs import replace

from integration.zuora_sync.desk import DAY, TENANT, Desk, Job
from integration.zuora_sync.truths import equal
from pressroom_common.contracts import JobError, LiveRun
from pressroom_common.errors import Unavailable
from pressroom_common.worker import LostClaim
from pressroom_devstack.fake_zuora import AccountSpec
from pressroom_zuora_sync.syncing.records import Beginning, Closing, Fence, Prepared
from pressroom_zuora_sync.syncing.repository import PostgresSyncs
from pressroom_zuora_sync.zuora.records import ListedWorkflow, Page

ACME = "acme"
WORKFLOWS = 120
MOST = 8


@pytest.fixture
async def acme(desk: Desk) -> AsyncIterator[UUID]:
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=WORKFLOWS, tasks=3, first_id=101))
    await desk.zuora.behaves(latency_ms=30)
    yield await desk.environment(ACME)
    await desk.zuora.behaves(latency_ms=0)


async def state(desk: Desk, job: Job) -> str:
    return str(await desk.value("SELECT state FROM syncs WHERE job_id = :id", id=job.id))


async def test_who_takes_over_goes_on_where_the_other_one_was(desk: Desk, acme: UUID) -> None:
    job = desk.sync(acme)
    running = asyncio.create_task(job.run())
    await job.has("exported", 30)
    await desk.worker.drain(0)  # the run is handed back
    await running
    assert await state(desk, job) == "running"
    result = (await job.run(desk.new_worker())).result
    assert (result.created, result.total, result.exports) == (WORKFLOWS, WORKFLOWS, WORKFLOWS)
    counts = (await desk.zuora.log()).counts[ACME]
    assert counts["export"] <= WORKFLOWS + MOST
    assert counts["list"] <= 3 + 1  # the one that was under way
    await equal(desk, acme, ACME)


async def test_a_later_attempt_goes_on_where_the_failed_one_was(desk: Desk, acme: UUID) -> None:
    await desk.zuora.plays("server_error", endpoint="list", page=3, times=None)
    job = desk.sync(acme)
    assert (await job.run()).error == ("unavailable", "transient")
    done = await desk.value("SELECT count(*) FROM sync_items WHERE job_id = :id AND exported", id=job.id)
    await desk.zuora.forget_calls()
    await desk.zuora.behaves()
    again = desk.sync(acme, job_id=job.id, attempt=2)
    assert (await again.run()).result.created == WORKFLOWS
    counts = (await desk.zuora.log()).counts[ACME]
    assert (counts["list"], counts["export"]) == (1, WORKFLOWS - done)
    await equal(desk, acme, ACME)


async def test_a_checkpoint_that_is_hours_old_is_not_trusted(desk: Desk, acme: UUID) -> None:
    await desk.zuora.plays("server_error", endpoint="list", page=3, times=None)
    job = desk.sync(acme)
    await job.run()
    await desk.rows("UPDATE syncs SET claimed_at = now() - interval '7 hours' WHERE job_id = :id", id=job.id)
    await desk.zuora.behaves()
    await desk.zuora.do(ACME, "delete", 101)
    result = (await desk.sync(acme, job_id=job.id, attempt=2).run()).result
    assert (result.pages, result.total, result.deleted) == (3, WORKFLOWS - 1, 1)
    await equal(desk, acme, ACME)


async def test_another_sync_of_the_environment_makes_a_checkpoint_out_of_date(desk: Desk, acme: UUID) -> None:
    await desk.zuora.plays("server_error", endpoint="list", page=3, times=None)
    job = desk.sync(acme)
    await job.run()
    await desk.zuora.behaves()
    await desk.sync(acme).run()
    await desk.zuora.do(ACME, "delete", 101)
    result = (await desk.sync(acme, job_id=job.id, attempt=2).run()).result
    assert (result.pages, result.deleted) == (3, 1)
    await equal(desk, acme, ACME)


async def test_a_completed_sync_whose_result_was_not_told_tells_it_again(desk: Desk, acme: UUID) -> None:
    job = desk.sync(acme)
    result = (await job.run()).result
    await desk.zuora.forget_calls()
    await desk.rows(
        "UPDATE runs SET state = 'orphaned', result = NULL, lease_until = now() - interval '1 s' WHERE job_id = :id",
        id=job.id,
    )
    assert (await job.run()).result == result
    assert await desk.zuora.calls() == []
    assert (await desk.sync(acme, job_id=job.id, attempt=2).run()).result.unchanged == WORKFLOWS  # a restart


async def test_a_stale_worker_changes_nothing(desk: Desk, acme: UUID) -> None:
    job = desk.sync(acme)
    await job.run()
    before = await desk.snapshot(acme)
    runs = (
        "INSERT INTO runs SELECT (json_populate_record(r, json_build_object('job_id', CAST(:new AS uuid), 'claim', 2, \
        'state', 'running', 'result', NULL))).* FROM runs r WHERE job_id = :id"
    )
    new = uuid4()
    await desk.rows(runs, new=new, id=job.id)
    begun = Beginning(
        job_id=new, tenant_id=TENANT, environment_id=acme, attempt=1, claim=2, epoch=1, full=True, dry_run=False
    )
    await desk.syncs.begin(begun)
    stale = Fence(job_id=new, environment_id=acme, claim=1)
    [some] = [ListedWorkflow(zuora_id=101, name="stale")]
    with pytest.raises(LostClaim):
        await desk.syncs.keep_page(stale, Page(number=1, items=(some,), last=True))
    with pytest.raises(LostClaim):
        await desk.syncs.close(stale, Closing(deleted=(before[0][0]["id"],), result=Raw(b"{}")))
    assert await desk.snapshot(acme) == before
    await desk.rows("UPDATE runs SET state = 'cancelled', claim = 3 WHERE job_id = :id", id=new)
    with pytest.raises(LostClaim):  # cancelled, and not yet told so
        await desk.syncs.keep_page(
            Fence(job_id=new, environment_id=acme, claim=2), Page(number=1, items=(some,), last=True)
        )
    assert await desk.snapshot(acme) == before


async def test_cancel_ends_it_promptly_and_its_row_says_so(desk: Desk, acme: UUID) -> None:
    await desk.zuora.behaves(latency_ms=300)
    job = desk.sync(acme)
    running = asyncio.create_task(job.run())
    await job.has("exported", 10)
    began = time.monotonic()
    await job.cancel()
    ended = await running
    assert time.monotonic() - began < 2
    assert (ended.row.state, await state(desk, job)) == ("cancelled", "cancelled")
    await desk.zuora.behaves(latency_ms=0)
    assert (await desk.sync(acme).run()).result.total == WORKFLOWS
    await equal(desk, acme, ACME)


async def test_a_sync_that_was_cancelled_while_nobody_had_it_is_told_by_upkeep(desk: Desk, acme: UUID) -> None:
    job = desk.sync(acme)
    running = asyncio.create_task(job.run())
    await job.has("exported", 10)
    await desk.worker.drain(0)
    await running
    await job.cancel()
    assert await state(desk, job) == "running"
    await desk.syncs.ended(None)
    assert await state(desk, job) == "cancelled"


@pytest.mark.parametrize("kind", ["sync", "extract"])
async def test_an_environment_that_is_deleted_meanwhile_ends_the_job(desk: Desk, acme: UUID, kind: str) -> None:
    await desk.sync(acme).run()
    if kind == "extract":
        await desk.rows("DELETE FROM environments WHERE id = :id", id=acme)
        assert (await desk.extract(acme).run()).error == ("environment_gone", "permanent")
        return
    job = desk.sync(acme, full=True)
    running = asyncio.create_task(job.run())
    await job.has("exported", 10)
    await desk.rows("DELETE FROM environments WHERE id = :id", id=acme)
    assert (await running).error == ("environment_gone", "permanent")
    for table in ("workflows", "tasks", "syncs"):
        assert await desk.value(f"SELECT count(*) FROM {table} WHERE environment_id = :id", id=acme) == 0


class Refusing(PostgresSyncs):
    """The database finds one export's size out of its range."""

    async def write(self, fence: Fence, batch: Sequence[Prepared]) -> None:
        await super().write(fence, [refused(each) if each.written.zuora_id == 110 else each for each in batch])


def refused(prepared: Prepared) -> Prepared:
    return replace(prepared, written=replace(prepared.written, size=2**40))


async def test_an_export_that_the_database_refuses_fails_alone(desk: Desk, acme: UUID) -> None:
    ended = await desk.sync(acme).run(desk.new_worker(Refusing(desk.database, DAY)))
    assert (ended.result.created, ended.result.export_failed, ended.faults) == (WORKFLOWS - 1, 1, {110: "malformed"})
    await equal(desk, acme, ACME, but={110})


class Unheard(PostgresSyncs):
    """The end of a sync is committed, and the connection breaks before that is heard."""

    lost = 0

    async def close(self, fence: Fence, closing: Closing) -> None:
        await super().close(fence, closing)
        self._lose()

    async def failed(self, fence: Fence, error: JobError) -> None:
        await super().failed(fence, error)
        self._lose()

    def _lose(self) -> None:
        self.lost += 1
        if self.lost == 1:
            raise Unavailable("the connection was lost")


@pytest.mark.parametrize("end", ["completed", "failed"])
async def test_an_end_whose_commit_was_not_heard_of_is_the_end(desk: Desk, acme: UUID, end: str) -> None:
    if end == "failed":
        await desk.zuora.plays("refused", endpoint="list", times=None)
    unheard = Unheard(desk.database, DAY)
    job = desk.sync(acme)
    ended = await job.run(desk.new_worker(unheard))
    assert (ended.row.state, await state(desk, job), unheard.lost) == (end, end, 2)


async def test_those_who_watch_see_pages_then_exports_of_so_many(desk: Desk, acme: UUID) -> None:
    job = desk.sync(acme)
    job.follower = "gateway-1"
    await job.run()
    await asyncio.sleep(0.2)
    told: list[LiveRun] = [run for _, run in desk.events.live_runs if run.job_id == job.id]
    stages = list(dict.fromkeys(run.stage for run in told))
    order = ["preparing", "listing", "exporting", "reconciling", "saving"]
    assert [stage for stage in order if stage in stages] == stages
    assert {"listing", "exporting", "saving"} <= set(stages)
    exporting = [run for run in told if run.stage == "exporting"]
    assert {run.total for run in exporting} == {WORKFLOWS}
    assert [run.done for run in exporting] == sorted(run.done for run in exporting)
    percents = [run.percent for run in told if run.percent is not None]
    assert percents == sorted(percents)
