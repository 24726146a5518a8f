"""A sync against everything that Zuora does wrong: what exists stays, what was stored stays, and it is told."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from integration.zuora_sync.desk import Desk
from integration.zuora_sync.truths import equal
from pressroom_common.zuora_reads import SyncView
from pressroom_devstack.fake_zuora import AccountSpec, Change, Scenario
from pressroom_zuora_sync.customers.repository import PostgresEnvironments
from pressroom_zuora_sync.zuora.records import MOST_CONCURRENT

ACME = "acme"
FIRST = 101
WORKFLOWS = 55


@pytest.fixture
async def acme(desk: Desk) -> UUID:
    """Two pages."""
    await desk.zuora.seed(AccountSpec(client_id=ACME, workflows=WORKFLOWS, tasks=3, first_id=FIRST))
    return await desk.environment(ACME)


BORNE: dict[str, tuple[Scenario, ...]] = {
    "a token that is revoked": (Scenario(kind="token_revoked", after=20, times=2),),
    "a token that ended in the middle": (Scenario(kind="unauthorized", after=20),),
    "429 with Retry-After": (Scenario(kind="rate_limited", seconds=0.2, retry_after="seconds", times=3),),
    "429 with a date": (Scenario(kind="rate_limited", seconds=0.2, retry_after="date", times=2),),
    "429 with ratelimit-reset alone": (Scenario(kind="rate_limited", seconds=0.2, times=2),),
    "a burst of 5xx": (Scenario(kind="server_error", status=503, times=4, after=5),),
    "an HTML 502": (Scenario(kind="html", after=5),),
    "success: false with a 200": (Scenario(kind="unsuccessful", endpoint="export", after=3),),
    "a slow answer": (Scenario(kind="slow", seconds=0.5, after=10),),
    "a body that is cut": (Scenario(kind="cut", endpoint="export", after=4),),
    "a list that is cut": (Scenario(kind="cut", endpoint="list", page=2),),
    "truncated JSON of the list": (Scenario(kind="truncated", endpoint="list", page=2),),
    "success: false with a 200 for the list": (Scenario(kind="unsuccessful", endpoint="list", page=2),),
    "a connection that is reset": (Scenario(kind="connection_reset", endpoint="list"),),
    "truncated JSON once": (Scenario(kind="truncated", endpoint="export", after=4),),
    "a hostile next_page": (Scenario(kind="hostile_next_page", times=None),),
    "a looping next_page": (Scenario(kind="looping_next_page", times=None),),
}


@pytest.mark.parametrize("fault", BORNE)
async def test_what_can_be_borne_changes_no_row(desk: Desk, acme: UUID, fault: str) -> None:
    await desk.zuora.behaves(*BORNE[fault])
    result = (await desk.sync(acme).run()).result
    assert all(played.hits for played in await desk.zuora.has_played())
    failed = {fault.zuora_id for fault in result.errors}
    assert (result.created + result.export_failed, result.deleted) == (WORKFLOWS, 0)
    if failed:
        await desk.zuora.behaves()
        result = (await desk.sync(acme).run()).result
        assert result.created == len(failed)
    await equal(desk, acme, ACME)


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        (Scenario(kind="bad_secret", times=None), ("bad_credentials", "permanent")),
        (Scenario(kind="unauthorized", times=None), ("bad_credentials", "permanent")),
        (Scenario(kind="refused", endpoint="list", times=None), ("listing_forbidden", "permanent")),
        (Scenario(kind="refused", endpoint="export", times=None), ("export_forbidden", "permanent")),
        (Scenario(kind="endless_pages", times=None), ("listing_broken", "transient")),
        (Scenario(kind="unsuccessful", endpoint="list", page=2, times=None), ("unsuccessful", "transient")),
        (Scenario(kind="truncated", endpoint="list", page=2, times=None), ("malformed", "permanent")),
        (Scenario(kind="cut", endpoint="list", page=2, times=None), ("unavailable", "transient")),
        (Scenario(kind="server_error", endpoint="list", page=2, times=None), ("unavailable", "transient")),
        (Scenario(kind="server_error", endpoint="export", times=None), ("unavailable", "transient")),
    ],
)
@pytest.mark.parametrize("stored", [False, True])
async def test_what_cannot_is_one_error_and_changes_no_row(
    desk: Desk, acme: UUID, scenario: Scenario, error: tuple[str, str], *, stored: bool
) -> None:
    if stored:
        await desk.sync(acme).run()
    desk.forget_tokens()
    before = await desk.snapshot(acme)
    await desk.zuora.behaves(scenario)
    job = desk.sync(acme, full=True)
    assert (await job.run()).error == error
    row = (await desk.rows("SELECT state, error::text, ended_at FROM syncs WHERE job_id = :id", id=job.id))[0]
    assert row.state == "failed"
    assert error[0] in row.error
    after = await desk.snapshot(acme)
    if scenario.endpoint == "export" or stored:
        assert [[each["version"] for each in after[0]], *after[1:]] == [[w["version"] for w in before[0]], *before[1:]]
    await desk.zuora.behaves()
    await desk.sync(acme).run()
    await equal(desk, acme, ACME)


async def test_a_list_that_repeats_itself_is_given_up_at_the_first_page_that_was_there_before(
    desk: Desk, acme: UUID
) -> None:
    await desk.zuora.plays("endless_pages", times=None)
    assert (await desk.sync(acme).run()).error == ("listing_broken", "transient")
    assert [call.page for call in await desk.zuora.calls("list")] == [1, 2, 3]


async def test_a_wait_that_zuora_wants_moves_the_job_and_uses_no_attempt_up(desk: Desk, acme: UUID) -> None:
    await desk.zuora.plays("rate_limited", seconds=0.2, retry_after="seconds", times=None, endpoint="list")
    job = desk.sync(acme)
    ended = await job.run()
    assert (ended.row.state, ended.row.error and ended.row.error.code) == ("snoozed", "rate_limited")
    await desk.zuora.behaves()
    await desk.rows("UPDATE runs SET not_before = now() WHERE job_id = :id", id=job.id)
    assert (await job.run()).result.created == WORKFLOWS
    await equal(desk, acme, ACME)


@pytest.mark.parametrize(
    ("seconds", "form", "wait"), [(0, "seconds", 5), (3000, "seconds", 3000), (3000, "absurd", 3600)]
)
async def test_a_sync_is_put_off_for_as_long_as_zuora_asks_but_not_for_nothing_nor_for_ever(
    desk: Desk, acme: UUID, seconds: float, form: Any, wait: float
) -> None:
    await desk.zuora.plays("rate_limited", seconds=seconds, retry_after=form, times=None, endpoint="list")
    job = desk.sync(acme)
    ended = await job.run()
    assert ended.row.state == "snoozed"
    assert ended.row.not_before is not None
    assert (ended.row.not_before - ended.row.updated_at).total_seconds() == pytest.approx(wait, abs=1)
    assert len(await desk.zuora.calls("list")) == (1 if seconds else 4)
    shown = await shown_sync(desk, acme)
    assert (shown.state, shown.error and shown.error["code"]) == ("snoozed", "rate_limited")
    assert shown.resumes_at == ended.row.not_before
    await desk.zuora.behaves()
    await desk.rows("UPDATE runs SET not_before = now() WHERE job_id = :id", id=job.id)
    await job.run()
    shown = await shown_sync(desk, acme)
    assert (shown.state, shown.error, shown.resumes_at) == ("completed", None, None)
    await equal(desk, acme, ACME)


async def shown_sync(desk: Desk, environment_id: UUID) -> SyncView:
    """As the list tells it, and the environment."""
    environments = PostgresEnvironments(desk.database)
    [listed] = await environments.syncs(None, environment_id, None, 1)
    environment = await environments.find(None, environment_id)
    assert environment is not None
    assert environment.last_sync == listed
    return listed


async def test_tokens_that_live_for_two_seconds_are_renewed_while_the_sync_runs(desk: Desk, acme: UUID) -> None:
    slow = Scenario(kind="slow", endpoint="export", seconds=0.4, times=None)
    await desk.zuora.behaves(slow, Scenario(kind="short_tokens", seconds=2, times=None))
    assert (await desk.sync(acme).run()).result.created == WORKFLOWS
    assert len(await desk.zuora.calls("token")) >= 2
    await equal(desk, acme, ACME)


async def test_who_calls_more_often_at_once_than_the_tenant_may_calls_less_often_and_loses_nothing(desk: Desk) -> None:
    """Forty are all that Zuora takes of a tenant, and others of it call, too."""
    of_both = {"tenant": "shared", "workflows": 150, "tasks": 3}
    await desk.zuora.seed(*(AccountSpec(client_id=client_id, **of_both) for client_id in ("left", "right")))
    await desk.zuora.behaves(latency_ms=50)
    many = Desk(desk.database, desk.zuora, most=MOST_CONCURRENT)
    async with many.zuoras.running():
        environments = {client_id: await many.environment(client_id) for client_id in ("left", "right")}
        jobs = [many.sync(environment_id) for environment_id in environments.values()]
        results = [ended.result for ended in await asyncio.gather(*(job.run() for job in jobs))]
    log = await desk.zuora.log()
    assert (log.most_at_once["shared"] > MOST_CONCURRENT, log.statuses["429"] > 0) == (True, True)
    assert [(result.created, result.errors) for result in results] == [(150, ()), (150, ())]
    for client_id, environment_id in environments.items():
        await equal(desk, environment_id, client_id)


async def test_a_missing_right_and_a_foreign_host_are_one_error_each(desk: Desk) -> None:
    await desk.zuora.seed(
        AccountSpec(client_id="viewer", workflows=5, rights=("view",)),
        AccountSpec(client_id="nobody", workflows=5, rights=()),
    )
    for client_id, code in (("viewer", "export_forbidden"), ("nobody", "listing_forbidden")):
        environment_id = await desk.environment(client_id)
        assert (await desk.sync(environment_id).run()).error == (code, "permanent")
        assert await desk.alive(environment_id) == set()
    elsewhere = await desk.environment("viewer", base_url="https://rest.zuora.com.attacker.example")
    before = len(await desk.zuora.calls())
    assert (await desk.sync(elsewhere).run()).error == ("host_not_allowed", "permanent")
    assert len(await desk.zuora.calls()) == before
    wrong = await desk.environment("viewer", secret="wrong")
    ended = await desk.sync(wrong).run()
    assert ended.error == ("bad_credentials", "permanent")
    assert "wrong" not in str(ended.row.error)


SINGLE: dict[str, tuple[dict[str, Any], str]] = {
    "404": ({"kind": "refused", "endpoint": "export", "status": 404}, "export_missing"),
    "403": ({"kind": "refused", "endpoint": "export", "status": 403}, "export_forbidden"),
    "500": ({"kind": "server_error", "endpoint": "export", "status": 500}, "unavailable"),
    "cut": ({"kind": "cut", "endpoint": "export"}, "unavailable"),
    "truncated": ({"kind": "truncated", "endpoint": "export"}, "malformed"),
    "no tasks": ({"kind": "tasks_missing"}, "malformed"),
    "null tasks": ({"kind": "tasks_null"}, "malformed"),
}


@pytest.mark.parametrize("fault", SINGLE)
async def test_an_export_that_fails_leaves_what_was_stored_and_is_tried_again(
    desk: Desk, acme: UUID, fault: str
) -> None:
    fields, code = SINGLE[fault]
    await desk.sync(acme).run()
    tasks = (await desk.tasks(acme)).copy()
    await desk.zuora.change(ACME, Change(op="edit", workflow_id=110), Change(op="edit", workflow_id=111))
    await desk.zuora.plays(**fields, workflow_id=110, times=None)
    ended = await desk.sync(acme).run()
    result = ended.result
    assert (result.updated, result.export_failed, result.unchanged, result.total) == (1, 1, WORKFLOWS - 2, WORKFLOWS)
    assert ended.faults == {110: code}
    kept = (await desk.stored(acme))[110]["id"]
    assert (await desk.tasks(acme))[kept] == tasks[kept]
    await equal(desk, acme, ACME, but={110})
    await desk.zuora.behaves()
    assert (await desk.sync(acme).run()).result.updated == 1
    await equal(desk, acme, ACME)


async def test_one_whose_full_export_failed_is_exported_by_the_next_sync_though_the_list_is_the_same(
    desk: Desk, acme: UUID
) -> None:
    await desk.sync(acme).run()
    await desk.zuora.do(ACME, "edit_silently", 110)
    await desk.zuora.plays("refused", endpoint="export", status=403, workflow_id=110, times=None)
    assert (await desk.sync(acme, full=True).run()).faults == {110: "export_forbidden"}
    await desk.zuora.behaves()
    result = (await desk.sync(acme).run()).result
    assert (result.updated, result.exports) == (1, 1)
    await equal(desk, acme, ACME)


async def test_a_new_workflow_without_an_export_is_there_and_created_later(desk: Desk, acme: UUID) -> None:
    await desk.zuora.plays("server_error", endpoint="export", status=500, workflow_id=120, times=None)
    ended = await desk.sync(acme).run()
    assert (ended.result.created, ended.result.export_failed, ended.faults) == (WORKFLOWS - 1, 1, {120: "unavailable"})
    assert (await desk.stored(acme))[120]["version"] == 0
    await desk.zuora.behaves()
    assert (await desk.sync(acme).run()).result.created == 1
    await equal(desk, acme, ACME)


async def test_tasks_that_are_there_twice_count_once_and_are_told(desk: Desk, acme: UUID) -> None:
    await desk.zuora.plays("duplicate_tasks", workflow_id=130, times=None)
    ended = await desk.sync(acme).run()
    assert (ended.result.created, ended.result.export_failed, ended.faults) == (WORKFLOWS, 0, {130: "odd_export"})
    export = (await desk.zuora.truth(ACME)).workflows[130].export
    last = export["tasks"][-1]
    before = {"name": f"{last['name']}, before", "parameters": {"url": "https://before.example.com"}}
    await equal(desk, acme, ACME, odd={130: export | {"tasks": [last | before, *export["tasks"]]}})
    await desk.zuora.behaves()
    assert (await desk.sync(acme, full=True).run()).result.updated == 1
    await equal(desk, acme, ACME)


# Lists that change while they are read


async def test_one_that_moves_while_the_list_is_read_survives(desk: Desk, acme: UUID) -> None:
    """From the second page to the first, after that was read: it is on no page."""
    await desk.sync(acme).run()
    moved = Change(op="move", workflow_id=FIRST + WORKFLOWS - 1, position=0)
    await desk.zuora.behaves(Scenario(kind="change", endpoint="list", page=2, client_id=ACME, change=moved))
    result = (await desk.sync(acme).run()).result
    assert (result.unchanged, result.total, result.missing, result.deleted) == (WORKFLOWS, WORKFLOWS, 0, 0)
    await equal(desk, acme, ACME)


@pytest.mark.parametrize(("kind", "status", "missed"), [("html", 404, 0), ("truncated", None, 1)])
async def test_one_that_the_list_hides_is_not_deleted_by_what_is_no_answer_of_zuoras(
    desk: Desk, acme: UUID, kind: Any, status: int | None, missed: int
) -> None:
    """Neither by a 404 that somebody between wrote, nor, missed before, by a 200 that cannot be read."""
    await desk.sync(acme).run()
    last = FIRST + WORKFLOWS - 1
    await desk.rows("UPDATE workflows SET missed = :missed WHERE zuora_id = :id", missed=missed, id=last)
    moved = Scenario(
        kind="change",
        endpoint="list",
        page=2,
        client_id=ACME,
        change=Change(op="move", workflow_id=last, position=0),
    )
    await desk.zuora.behaves(moved, Scenario(kind=kind, status=status, endpoint="workflow", times=None))
    result = (await desk.sync(acme).run()).result
    assert (result.deleted, result.missing) == (0, 1)
    assert last in await desk.alive(acme)
    await desk.zuora.behaves()
    await desk.sync(acme).run()
    await equal(desk, acme, ACME)


async def test_one_that_is_inserted_makes_another_stand_on_two_pages(desk: Desk, acme: UUID) -> None:
    added = Change(op="add", position=0)
    await desk.zuora.behaves(Scenario(kind="change", endpoint="list", page=2, client_id=ACME, change=added))
    result = (await desk.sync(acme).run()).result
    assert (result.created, result.total) == (WORKFLOWS, WORKFLOWS)
    assert (await desk.sync(acme).run()).result.created == 1
    await equal(desk, acme, ACME)


@pytest.mark.parametrize("stored", [False, True])
async def test_one_that_is_deleted_after_it_was_listed_is_gone(desk: Desk, acme: UUID, *, stored: bool) -> None:
    if stored:
        await desk.sync(acme).run()
    gone = Change(op="delete", workflow_id=102)
    await desk.zuora.behaves(Scenario(kind="change", endpoint="export", workflow_id=102, client_id=ACME, change=gone))
    result = (await desk.sync(acme, full=True).run()).result
    assert (result.deleted, result.export_failed) == (int(stored), 0)
    if stored:
        assert result.total == WORKFLOWS - 1
    else:  # the first one of the second page came to the first, which was read already: nobody could know of it
        assert (await desk.sync(acme).run()).result.created <= 1
    await equal(desk, acme, ACME)


async def test_an_empty_first_page_deletes_nothing_and_is_told(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    before = await desk.snapshot(acme)
    await desk.zuora.plays("empty_page", page=1, times=None)
    for _ in range(3):
        ended = await desk.sync(acme).run()
        assert (ended.result.deleted, ended.result.missing, ended.faults) == (0, WORKFLOWS, {0: "list_empty"})
    ended = await desk.sync(acme, override_guard=True).run()
    assert (ended.result.deleted, ended.result.unchanged, ended.faults) == (0, WORKFLOWS, {0: "list_empty"})
    assert await desk.snapshot(acme) == before
    await equal(desk, acme, ACME)


async def test_an_empty_page_after_the_first_deletes_nothing(desk: Desk, acme: UUID) -> None:
    await desk.sync(acme).run()
    await desk.zuora.plays("empty_page", page=2, times=None)
    for _ in range(3):
        result = (await desk.sync(acme).run()).result
        assert (result.deleted, result.missing, result.unchanged) == (0, 0, WORKFLOWS)
    await equal(desk, acme, ACME)
