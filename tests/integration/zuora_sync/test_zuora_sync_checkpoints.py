"""How long what a sync has done stays done, whatever happens to its attempts."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from integration.zuora_sync.desk import DAY, Desk, Job
from integration.zuora_sync.truths import equal
from pressroom_devstack.fake_zuora import AccountSpec, Scenario
from pressroom_zuora_sync.syncing.records import Fence, Prepared
from pressroom_zuora_sync.syncing.repository import PostgresSyncs

ACME = "acme"
WORKFLOWS = 100
TOLD = 60
"""Exports that Zuora gives before it wants the sync to wait."""


@pytest.fixture
async def acme(desk: Desk) -> UUID:
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=WORKFLOWS, tasks=2, first_id=101))
    return await desk.environment(ACME)


@pytest.fixture
async def snoozed(desk: Desk, acme: UUID) -> Job:
    await desk.zuora.behaves(
        Scenario(kind="rate_limited", endpoint="export", after=TOLD, seconds=300, retry_after="seconds", times=None)
    )
    job = desk.sync(acme)
    assert (await job.run()).row.state == "snoozed"
    await desk.zuora.behaves()
    return job


async def exported(desk: Desk, job: Job) -> int:
    return int(await desk.value("SELECT count(*) FROM sync_items WHERE job_id = :id AND exported", id=job.id))


async def goes_on(desk: Desk, job: Job, done: int) -> None:
    """It exports what is left, and nothing else."""
    await desk.zuora.forget_calls()
    assert (await job.run()).result.created == WORKFLOWS
    assert len(await desk.zuora.calls("export")) == WORKFLOWS - done


async def upkeep(desk: Desk) -> None:
    await desk.syncs.ended(None)
    await desk.syncs.drop_checkpoints()


@pytest.mark.parametrize("reason", ["recall", "request"])
async def test_a_sync_that_is_ended_while_it_waits_goes_on_where_it_was_when_it_comes_again(
    desk: Desk, acme: UUID, snoozed: Job, reason: str
) -> None:
    """Recalled, as by a pause of the job; or cancelled, and restarted."""
    done = await exported(desk, snoozed)
    assert done >= TOLD - 8
    await snoozed.cancel(reason)
    await upkeep(desk)
    assert await desk.value("SELECT state FROM syncs WHERE job_id = :id", id=snoozed.id) == "cancelled"
    await goes_on(desk, replace(snoozed, attempt=2), done)
    await equal(desk, acme, ACME)


class Broken(PostgresSyncs):
    """A bug that the third batch of exports shows."""

    batches = 0

    async def write(self, fence: Fence, batch: Sequence[Prepared]) -> None:
        self.batches += 1
        if self.batches > 3:
            raise RuntimeError
        await super().write(fence, batch)


async def test_an_attempt_that_failed_by_a_bug_of_ours_leaves_its_exports_to_the_next_one(
    desk: Desk, acme: UUID
) -> None:
    job = desk.sync(acme)
    assert (await job.run(desk.new_worker(Broken(desk.database, DAY)))).error == ("internal", "transient")
    await upkeep(desk)
    done = await exported(desk, job)
    assert done > 0
    await goes_on(desk, replace(job, attempt=2), done)
    await equal(desk, acme, ACME)


async def test_a_sync_that_takes_longer_than_a_checkpoint_is_trusted_goes_on_all_the_same(
    desk: Desk, acme: UUID, snoozed: Job
) -> None:
    """As under a limit of calls a day: each claim exports a few."""
    await desk.rows("UPDATE syncs SET started_at = now() - interval '7 hours' WHERE job_id = :id", id=snoozed.id)
    await desk.rows("UPDATE runs SET not_before = now() WHERE job_id = :id", id=snoozed.id)
    await upkeep(desk)
    done = await exported(desk, snoozed)
    assert done > 0
    await goes_on(desk, snoozed, done)
    await equal(desk, acme, ACME)


@pytest.mark.parametrize(
    ("useless", "kept"),
    [
        ("UPDATE syncs SET claimed_at = now() - interval '7 hours' WHERE job_id = :id", False),
        ("DELETE FROM runs WHERE job_id = :id", False),
        ("UPDATE syncs SET claimed_at = now() - interval '5 hours' WHERE job_id = :id", True),
    ],
    ids=["too old", "of a forgotten job", "young"],
)
async def test_a_checkpoint_that_nobody_will_go_on_with_goes(
    desk: Desk, snoozed: Job, useless: str, *, kept: bool
) -> None:
    await snoozed.cancel()
    await desk.syncs.ended(None)
    await desk.rows(useless, id=snoozed.id)
    await upkeep(desk)
    assert (await exported(desk, snoozed) > 0) == kept
    assert (await desk.value("SELECT pages FROM syncs WHERE job_id = :id", id=snoozed.id) > 0) == kept
