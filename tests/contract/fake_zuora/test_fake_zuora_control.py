"""Changes, the truth, the list of calls, and the reset."""

import asyncio
import sys
from typing import Any

import aiohttp
import pytest

from contract.fake_zuora.caller import Caller
from pressroom_devstack.fake_zuora import Change, FakeZuora, running
from pressroom_devstack.fake_zuora.calls import Call, CallLog

WHO_STARTS_ONE = """
import asyncio
from pressroom_devstack.fake_zuora import FakeZuora

async def main() -> None:
    async with FakeZuora.started() as zuora:
        print(zuora.origin, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def listed(caller: Caller, id_: int) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.get(f"/workflows/{id_}")).json
    return found


async def test_truth_is_what_exports_say(caller: Caller, zuora: FakeZuora) -> None:
    truth = (await zuora.truth("acme")).workflows
    assert list(truth) == list(range(100, 160))
    for id_ in (100, 103, 159):
        assert truth[id_].export == (await caller.export(id_)).json


async def test_edit_makes_a_new_version_that_the_list_tells(caller: Caller, zuora: FakeZuora) -> None:
    before, export = await listed(caller, 101), (await caller.export(101)).json
    await zuora.do("acme", "edit", 101)
    after, edited = await listed(caller, 101), (await caller.export(101)).json
    assert (after["active_version"]["id"], after["active_version"]["version"]) == (101001, "0.0.2")
    assert after["updatedAt"] > before["updatedAt"]
    assert edited["workflow"]["id"] == edited["linkages"][0]["source_workflow_id"] == 101001
    assert edited["tasks"] != export["tasks"]


async def test_silent_edit_is_seen_in_the_export_alone(caller: Caller, zuora: FakeZuora) -> None:
    before, export = await listed(caller, 101), (await caller.export(101)).json
    await zuora.do("acme", "edit_silently", 101)
    assert await listed(caller, 101) == before
    assert (await caller.export(101)).json["tasks"] != export["tasks"]


async def test_deleted_workflow_can_come_back_as_it_was(caller: Caller, zuora: FakeZuora) -> None:
    before = (await caller.export(101)).body
    await zuora.do("acme", "delete", 101)
    assert (await caller.export(101)).status == 404
    await zuora.do("acme", "restore", 101, position=0)
    assert (await caller.page(1))[0] == 101
    assert (await caller.export(101)).body == before


async def test_workflow_without_an_active_version_says_so(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.do("acme", "deactivate", 101)
    assert (await listed(caller, 101))["active_version"] is None
    assert (await zuora.truth("acme")).workflows[101].draft
    await zuora.do("acme", "activate", 101)
    assert (await listed(caller, 101))["active_version"]["id"] == 101000


async def test_tasks_come_change_and_go(zuora: FakeZuora) -> None:
    await zuora.change(
        "acme",
        Change(op="add_task", workflow_id=101, name="Score", action_type="AI::Score", fields={"object": "Account"}),
        Change(op="set_task", workflow_id=101, task_id=101002, fields={"name": "Other", "parameters": {"url": "x"}}),
        Change(op="remove_task", workflow_id=101, task_id=101001),
    )
    tasks = {task["id"]: task for task in (await zuora.truth("acme")).workflows[101].tasks}
    assert (tasks[101011]["action_type"], tasks[101011]["object"]) == ("AI::Score", "Account")
    assert (tasks[101002]["name"], tasks[101002]["parameters"]["url"]) == ("Other", "x")
    assert 101001 not in tasks


async def test_list_tells_what_was_set(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.do("acme", "set", 101, fields={"description": "Mine", "status": "Inactive", "callout_trigger": True})
    shown = await listed(caller, 101)
    assert (shown["description"], shown["status"], shown["calloutTrigger"]) == ("Mine", "Inactive", True)


async def test_cycle_and_nul_are_in_the_export(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.do("acme", "cycle", 101)
    await zuora.do("acme", "nul", 101)
    export = (await caller.export(101)).json
    ends = (export["linkages"][-1]["source_task_id"], export["linkages"][-1]["target_task_id"])
    assert ends == (export["tasks"][-1]["id"], export["tasks"][0]["id"])
    assert "\u0000" in export["tasks"][0]["name"]


async def test_export_can_be_of_thirty_megabytes(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.do("acme", "enlarge", 101)
    heard = await caller.export(101)
    assert 30_000_000 < len(heard.body) < 34_000_000
    [call] = await zuora.calls("export")
    assert 1_000_000 < call.size < len(heard.body) / 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(op="edit", workflow_id=7), "no workflow 7"),
        (Change(op="delete"), "needs a `workflow_id`"),
        (Change(op="set", workflow_id=101, fields={"id": 5}), "`id` is no field"),
        (Change(op="set_task", workflow_id=101, task_id=1), "no task 1"),
    ],
    ids=str,
)
async def test_wrong_change_is_refused_with_the_reason(zuora: FakeZuora, change: Change, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        await zuora.change("acme", change)


async def test_call_is_listed_with_what_is_known_of_it(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.forget_calls()
    await caller.get("/workflows", {"Zuora-Track-Id": "run-1"}, page=2, page_length=50)
    await caller.get("/workflows/7/export")
    first, second = await zuora.calls()
    assert (first.method, first.path, first.query) == ("GET", "/workflows", "page=2&page_length=50")
    assert (first.account, first.track_id, first.status, first.page, first.at_once) == ("acme", "run-1", 200, 2, 1)
    assert first.ms > 0
    assert (second.endpoint, second.workflow_id, second.status) == ("export", 7, 404)
    told = await zuora.log(calls="false")
    assert (told.calls, told.counts, told.statuses) == ([], {"acme": {"list": 1, "export": 1}}, {"200": 1, "404": 1})
    assert await zuora.calls(since=first.number) == [second]


async def test_no_secret_and_no_token_is_in_the_list_of_calls(caller: Caller, zuora: FakeZuora) -> None:
    token = (await caller.sign_in("acme")).json["access_token"]
    await caller.get("/workflows")
    text = repr(await zuora.log())
    assert token not in text
    assert "right" not in text


async def test_reset_forgets_accounts_faults_and_calls(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("unauthorized", times=None)
    await caller.get("/workflows")
    await zuora.reset()
    assert (await zuora.has_played(), await zuora.calls()) == ([], [])
    assert (await caller.sign_in("acme")).status == 401


async def test_demo_has_two_customers_whose_ids_overlap_and_a_sandbox_that_drifted() -> None:
    async with running(demo=True) as origin, aiohttp.ClientSession(origin) as http:
        zuora = FakeZuora(origin, http)
        acme, globex, sandbox = [
            (await zuora.truth(name)).workflows for name in ("demo-acme", "demo-globex", "demo-acme-sandbox")
        ]
    assert len(acme) == len(globex) == 25
    assert len(set(acme) & set(globex)) == 14
    assert not set(acme) & set(sandbox)
    names = [{workflow.name for workflow in account.values()} for account in (acme, sandbox)]
    assert (len(names[0] - names[1]), len(names[1] - names[0])) == (2, 1)
    assert acme[117].draft


def test_oldest_calls_are_dropped_and_counted() -> None:
    log = CallLog(kept=2)
    for number in range(3):
        log.begin(Call(number, 0, "GET", "/", "", "list", "acme", None))
    assert ([call.number for call in log.find()], log.dropped, log.counts["acme"]["list"]) == ([1, 2], 1, 3)


async def test_it_ends_with_the_test_that_was_killed() -> None:
    command = [sys.executable, "-c", WHO_STARTS_ONE]
    test = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert test.stdout is not None
    origin = (await test.stdout.readline()).decode().strip()
    test.kill()
    await test.wait()
    async with aiohttp.ClientSession(origin) as http:
        for _ in range(200):
            try:
                await http.get("/__fake__/health")
            except aiohttp.ClientConnectionError:
                return
            await asyncio.sleep(0.05)
    raise AssertionError("it goes on")
