"""Environments that are edited to name another account: what was read of the earlier one is never mixed with it."""

import asyncio
from uuid import UUID

import pytest

from integration.zuora_sync.desk import TENANT, Desk
from integration.zuora_sync.truths import equal
from pressroom_common.ids import uuid7
from pressroom_devstack.fake_zuora import AccountSpec, Scenario
from pressroom_zuora_sync.syncing.ports import EnvironmentChanged
from pressroom_zuora_sync.syncing.records import Beginning

WORKFLOWS = 30
PAGES = 150


@pytest.fixture
async def first(desk: Desk) -> UUID:
    """Of account `first`; `second` has the same ids and names, and other exports."""
    await desk.zuora.seed(
        AccountSpec(client_id="first", workflows=WORKFLOWS, tasks=3, theme="t", canary="c4n4ry-1"),
        AccountSpec(client_id="second", workflows=WORKFLOWS, tasks=3, theme="t", canary="c4n4ry-2"),
    )
    return await desk.environment("first")


async def exported_at(desk: Desk, environment_id: UUID) -> object:
    return await desk.value("SELECT exported_at FROM environments WHERE id = :id", id=environment_id)


async def test_a_change_of_the_account_ends_a_running_sync_and_the_next_one_exports_everything(
    desk: Desk, first: UUID
) -> None:
    await desk.zuora.behaves(Scenario(kind="slow", endpoint="export", times=None, seconds=0.2))
    job = desk.sync(first)
    running = asyncio.create_task(job.run())
    await job.has("exported", 1)
    await desk.edit(first, client_id="second")
    assert (await running).error == ("environment_changed", "transient")
    told = (await desk.rows("SELECT state, error::text FROM syncs WHERE job_id = :id", id=job.id))[0]
    assert (told.state, "environment_changed" in told.error) == ("failed", True)
    assert await exported_at(desk, first) is None
    await desk.zuora.behaves()
    result = (await desk.sync(first, job_id=job.id, attempt=2).run()).result
    assert (result.exports, result.total) == (WORKFLOWS, WORKFLOWS)
    await equal(desk, first, "second")


async def test_a_sync_that_waited_while_the_account_changed_begins_anew(desk: Desk) -> None:
    await desk.zuora.seed(
        AccountSpec(client_id="first", workflows=PAGES, tasks=1, first_id=1),
        AccountSpec(client_id="second", workflows=PAGES, tasks=1, first_id=1001),
    )
    environment_id = await desk.environment("first")
    limited = Scenario(kind="rate_limited", endpoint="list", page=3, times=None, seconds=0.2, retry_after="seconds")
    await desk.zuora.behaves(limited)
    job = desk.sync(environment_id)
    assert (await job.run()).row.state == "snoozed"
    await desk.edit(environment_id, client_id="second")
    await desk.zuora.behaves()
    await desk.rows("UPDATE runs SET not_before = now() WHERE job_id = :id", id=job.id)
    result = (await job.run()).result
    assert (result.total, result.pages) == (PAGES, 3)
    assert set((await desk.zuora.truth("second")).workflows) <= await desk.alive(environment_id)


async def test_a_change_of_the_name_or_the_secret_ends_no_sync(desk: Desk, first: UUID) -> None:
    await desk.zuora.behaves(Scenario(kind="slow", endpoint="export", times=None, seconds=0.1))
    job = desk.sync(first)
    running = asyncio.create_task(job.run())
    await job.has("exported", 1)
    await desk.edit(first, name="sandbox", client_secret="fake")
    assert (await running).result.created == WORKFLOWS
    assert await exported_at(desk, first) is not None


async def test_a_sync_with_credentials_from_before_a_change_does_not_begin(desk: Desk, first: UUID) -> None:
    await desk.sync(first).run()
    await desk.edit(first, entity_id="e-1")
    late = Beginning(
        job_id=uuid7(), tenant_id=TENANT, environment_id=first, attempt=1, claim=1, epoch=1, full=False, dry_run=False
    )
    with pytest.raises(EnvironmentChanged):
        await desk.syncs.begin(late)
