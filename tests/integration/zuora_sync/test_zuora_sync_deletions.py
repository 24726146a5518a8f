"""What leaves Zuora leaves here, when that is sure; and comes back when it does."""

from typing import Any
from uuid import UUID

import pytest

from integration.zuora_sync.desk import Desk
from integration.zuora_sync.truths import equal
from pressroom_devstack.fake_zuora import AccountSpec, Change, Scenario

ACME = "acme"


@pytest.fixture
async def acme(desk: Desk) -> UUID:
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=20, tasks=3, first_id=101))
    environment_id = await desk.environment(ACME)
    await desk.sync(environment_id).run()
    return environment_id


async def test_one_that_is_gone_is_deleted_by_its_404_and_restored_when_it_comes_back(desk: Desk, acme: UUID) -> None:
    id_ = (await desk.stored(acme))[105]["id"]
    await desk.zuora.do(ACME, "delete", 105)
    result = (await desk.sync(acme).run()).result
    assert (result.deleted, result.total, result.unchanged) == (1, 19, 19)
    await equal(desk, acme, ACME)
    assert (await desk.sync(acme).run()).result.deleted == 0
    await desk.zuora.do(ACME, "restore", 105)
    result = (await desk.sync(acme).run()).result
    assert (result.restored, result.unchanged, result.total) == (1, 19, 20)
    await equal(desk, acme, ACME)
    assert (await desk.stored(acme))[105]["id"] == id_


async def test_one_that_comes_back_changed_is_restored_with_its_change(desk: Desk, acme: UUID) -> None:
    await desk.zuora.do(ACME, "delete", 105)
    await desk.sync(acme).run()
    await desk.zuora.change(ACME, Change(op="restore", workflow_id=105), Change(op="edit", workflow_id=105))
    result = (await desk.sync(acme).run()).result
    assert (result.restored, result.updated) == (1, 0)
    assert (await desk.stored(acme))[105]["version"] == 2
    await equal(desk, acme, ACME)


async def test_one_that_may_not_be_asked_for_is_deleted_by_the_second_list_without_it(desk: Desk, acme: UUID) -> None:
    await desk.zuora.do(ACME, "delete", 105)
    forbidden = Scenario(kind="refused", endpoint="workflow", workflow_id=105, times=None)
    await desk.zuora.behaves(forbidden)
    result = (await desk.sync(acme).run()).result
    assert (result.deleted, result.missing) == (0, 1)
    row = (await desk.stored(acme))[105]
    assert (row["missed"], row["missing_since"] is not None) == (1, True)
    result = (await desk.sync(acme).run()).result
    assert (result.deleted, result.missing) == (1, 0)
    await equal(desk, acme, ACME)


@pytest.mark.parametrize(("kind", "status"), [("html", 404), ("server_error", 503), ("refused", 400)])
async def test_one_that_lists_hide_is_kept_while_nobody_answers_for_it(
    desk: Desk, kind: Any, status: int | None
) -> None:
    """It moves between the pages of each list, and what is said of its id is no word of it."""
    last, first_id = 155, 101
    await desk.zuora.seed(AccountSpec(client_id="moving", workflows=55, tasks=1, first_id=first_id))
    moving = await desk.environment("moving")
    await desk.sync(moving).run()
    hidden = [
        Scenario(
            kind="change",
            endpoint="list",
            page=page,
            client_id="moving",
            change=Change(op="move", workflow_id=last, position=position),
        )
        for page, position in ((1, last - first_id), (2, 0))
    ]
    for _ in range(4):
        await desk.zuora.behaves(*hidden, Scenario(kind=kind, status=status, endpoint="workflow", times=None))
        result = (await desk.sync(moving).run()).result
        assert (result.deleted, result.missing) == (0, 1)
    assert last in await desk.alive(moving)
    await desk.zuora.behaves()
    assert (await desk.sync(moving).run()).result.unchanged == 55
    await equal(desk, moving, "moving")


async def test_where_nobody_may_ask_by_id_two_lists_decide_within_the_guard(desk: Desk) -> None:
    await desk.zuora.seed(AccountSpec(client_id="many", workflows=150, tasks=1))
    many = await desk.environment("many")
    await desk.sync(many).run()
    await desk.zuora.change("many", *(Change(op="delete", workflow_id=id_) for id_ in range(1, 31)))
    await desk.zuora.plays("refused", endpoint="workflow", times=None)
    assert (await desk.sync(many).run()).result.missing == 30
    assert (await desk.sync(many).run()).result.deleted == 30
    await equal(desk, many, "many")


async def test_a_list_that_was_not_complete_counts_as_no_miss(desk: Desk, acme: UUID) -> None:
    await desk.zuora.do(ACME, "delete", 105)
    await desk.zuora.plays("server_error", endpoint="list", times=None)
    for _ in range(3):
        assert (await desk.sync(acme).run()).error[0] == "unavailable"
    assert (await desk.stored(acme))[105]["missed"] == 0


async def test_the_guard_keeps_what_would_be_many_until_it_is_overridden(desk: Desk, acme: UUID) -> None:
    await desk.zuora.change(ACME, *(Change(op="delete", workflow_id=id_) for id_ in range(101, 106)))
    for _ in range(3):
        ended = await desk.sync(acme).run()
        assert (ended.result.deleted, ended.result.deletion_refused, ended.result.total) == (0, 5, 15)
        assert ended.faults == {0: "guard_refused"}
    assert len(await desk.alive(acme)) == 20
    assert b"pressroom_zuora_guard_refusals_total 3.0" in desk.metrics.expose()
    result = (await desk.sync(acme, override_guard=True).run()).result
    assert (result.deleted, result.deletion_refused) == (5, 0)
    await equal(desk, acme, ACME)


async def test_a_large_environment_is_not_emptied_step_by_step(desk: Desk) -> None:
    """More are gone than a sync asks for."""
    await desk.zuora.seed(AccountSpec(client_id="large", workflows=1000, tasks=1))
    large = await desk.environment("large")
    await desk.sync(large).run()
    await desk.zuora.change("large", *(Change(op="delete", workflow_id=id_) for id_ in range(1, 601)))
    for _ in range(2):
        ended = await desk.sync(large).run()
        assert (ended.result.deleted, ended.result.deletion_refused, ended.result.missing) == (0, 500, 100)
        assert ended.result.errors[0].detail.startswith("600 of 1000 workflows")
    result = (await desk.sync(large, override_guard=True).run()).result
    assert (result.deleted, result.missing) == (600, 0)
    await equal(desk, large, "large")


async def test_an_environment_that_was_emptied_is_deleted_by_its_404s_under_an_override_alone(
    desk: Desk, acme: UUID
) -> None:
    await desk.zuora.change(ACME, *(Change(op="delete", workflow_id=id_) for id_ in range(101, 121)))
    for _ in range(3):
        ended = await desk.sync(acme).run()
        assert (ended.result.deleted, ended.result.missing, ended.faults) == (0, 20, {0: "list_empty"})
    away = Scenario(kind="refused", endpoint="workflow", workflow_id=105, times=None)
    await desk.zuora.behaves(away)
    for deleted in (19, 0, 0):
        ended = await desk.sync(acme, override_guard=True).run()
        assert (ended.result.deleted, ended.result.missing, ended.faults) == (deleted, 1, {0: "list_empty"})
    await desk.zuora.behaves()
    assert (await desk.sync(acme, override_guard=True).run()).result.deleted == 1
    assert await desk.alive(acme) == set()


async def test_new_ones_do_not_hide_that_the_old_ones_are_gone(desk: Desk, acme: UUID) -> None:
    """As where credentials of another tenant are put in."""
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=120, tasks=1, first_id=5001))
    ended = await desk.sync(acme).run()
    assert (ended.result.created, ended.result.deleted, ended.result.deletion_refused) == (120, 0, 20)
