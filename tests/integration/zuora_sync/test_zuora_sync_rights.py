"""Exports that are refused, or cannot be had: a few, a great many, all; in the first sync, the next ones, full ones."""

from uuid import UUID

import pytest

from integration.zuora_sync.desk import Desk
from integration.zuora_sync.truths import equal
from pressroom_devstack.fake_zuora import AccountSpec, Change, Scenario
from pressroom_devstack.fake_zuora.scenario import Endpoint

ACME = "acme"
FIRST = 101
FORBIDDEN = ("export_forbidden", "permanent")


async def account(desk: Desk, workflows: int) -> UUID:
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=workflows, tasks=2, first_id=FIRST))
    return await desk.environment(ACME)


def refused(zuora_id: int | None = None) -> Scenario:
    """The export of one; of all for None."""
    return Scenario(kind="refused", endpoint="export", workflow_id=zuora_id, status=403, times=None)


@pytest.mark.parametrize(
    "ids", [range(103, 112, 4), range(103, 123), range(103, 128)], ids=["3", "20", "25 side by side"]
)
async def test_some_that_are_forbidden_fail_alone_in_every_sync(desk: Desk, ids: range) -> None:
    environment_id = await account(desk, 100)
    await desk.zuora.behaves(*map(refused, ids))
    forbidden = dict.fromkeys(ids, "export_forbidden")
    first = await desk.sync(environment_id).run()
    assert (first.result.created, first.result.export_failed, first.faults) == (100 - len(ids), len(ids), forbidden)
    await desk.zuora.do(ACME, "delete", FIRST)
    for full in (False, False, True):
        ended = await desk.sync(environment_id, full=full).run()
        assert (ended.result.unchanged, ended.result.total, ended.faults) == (99 - len(ids), 99, forbidden)
    assert FIRST not in await desk.alive(environment_id)
    await desk.zuora.behaves()
    assert (await desk.sync(environment_id).run()).result.created == len(ids)
    await equal(desk, environment_id, ACME)


def failing(endpoint: Endpoint, id_: int) -> Scenario:
    """Always, as Zuora does it for one that is broken there."""
    return Scenario(kind="server_error", endpoint=endpoint, workflow_id=id_, status=500, times=None)


async def test_many_that_always_fail_stop_no_sync_that_asks_for_them_alone(desk: Desk) -> None:
    environment_id = await account(desk, 100)
    await desk.sync(environment_id).run()
    ids = range(110, 140)
    await desk.zuora.change(ACME, *(Change(op="edit", workflow_id=id_) for id_ in ids))
    await desk.zuora.behaves(*(failing("export", id_) for id_ in ids))
    for _ in range(2):
        ended = await desk.sync(environment_id).run()
        assert (ended.result.unchanged, ended.faults) == (70, dict.fromkeys(ids, "unavailable"))
    await desk.zuora.behaves()
    assert (await desk.sync(environment_id).run()).result.updated == len(ids)
    await equal(desk, environment_id, ACME)


async def test_missing_ones_that_nobody_tells_of_stop_no_sync_and_hide_no_others(desk: Desk) -> None:
    environment_id = await account(desk, 100)
    await desk.sync(environment_id).run()
    silent, gone = range(110, 125), 150
    await desk.zuora.change(ACME, *(Change(op="delete", workflow_id=id_) for id_ in (*silent, gone)))
    await desk.zuora.behaves(*(failing("workflow", id_) for id_ in silent))
    first = (await desk.sync(environment_id).run()).result
    assert (first.deleted, first.missing) == (1, len(silent))
    again = (await desk.sync(environment_id).run()).result
    assert (again.deleted, again.missing) == (0, len(silent))


async def test_where_the_list_is_not_answered_either_the_attempt_ends_and_the_next_one_goes_on(desk: Desk) -> None:
    environment_id = await account(desk, 100)
    away = Scenario(kind="server_error", status=503, after=30, times=None)
    await desk.zuora.behaves(away)
    assert (await desk.sync(environment_id).run()).error == ("unavailable", "transient")
    await desk.zuora.behaves()
    assert (await desk.sync(environment_id).run()).result.total == 100
    await equal(desk, environment_id, ACME)


async def test_all_that_are_forbidden_are_one_error_and_no_row(desk: Desk) -> None:
    environment_id = await account(desk, 200)
    await desk.zuora.behaves(refused())
    for _ in range(2):
        assert (await desk.sync(environment_id).run()).error == FORBIDDEN
    assert await desk.alive(environment_id) == set()


async def test_where_the_right_went_a_full_sync_fails_and_the_next_ones_tell_what_they_asked_for(desk: Desk) -> None:
    environment_id = await account(desk, 100)
    await desk.sync(environment_id).run()
    await desk.zuora.behaves(refused())
    assert (await desk.sync(environment_id, full=True).run()).error == FORBIDDEN
    await desk.zuora.change(ACME, Change(op="edit", workflow_id=110), Change(op="edit", workflow_id=111))
    ended = await desk.sync(environment_id).run()
    assert (ended.result.unchanged, ended.faults) == (98, dict.fromkeys((110, 111), "export_forbidden"))
    await desk.zuora.behaves()
    assert (await desk.sync(environment_id).run()).result.updated == 2
    await equal(desk, environment_id, ACME)


async def test_more_refusals_than_are_kept_in_mind_are_one_error_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pressroom_zuora_sync.syncing.exporting._MOST_HELD_BACK", 30)
    environment_id = await account(desk, 100)
    await desk.zuora.behaves(refused())
    assert (await desk.sync(environment_id).run()).error == FORBIDDEN
    await desk.zuora.behaves()
    assert (await desk.sync(environment_id).run()).result.created == 100
    await equal(desk, environment_id, ACME)
