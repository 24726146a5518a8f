"""What a sync makes of what Zuora has: after each, the rows are what is there."""

from uuid import UUID

import pytest

from integration.zuora_sync.desk import Desk
from integration.zuora_sync.truths import equal
from pressroom_devstack.fake_zuora import AccountSpec, Change

ACME = "acme"


@pytest.fixture
async def acme(desk: Desk) -> UUID:
    """Sixty workflows: two pages."""
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=60, tasks=6, first_id=101))
    return await desk.environment(ACME)


async def test_a_first_sync_stores_everything(desk: Desk, acme: UUID) -> None:
    ended = await desk.sync(acme).run()
    result = ended.result
    assert (result.created, result.total, result.pages, result.exports) == (60, 60, 2, 60)
    assert (result.updated, result.unchanged, result.errors) == (0, 0, ())
    await equal(desk, acme, ACME)
    assert await desk.value("SELECT count(*) FROM tasks WHERE environment_id = :id", id=acme) == result.tasks
