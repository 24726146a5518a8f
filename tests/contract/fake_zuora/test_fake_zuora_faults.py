"""Every fault on demand: what the client meets, which calls it concerns, and that the next one is well again."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import msgspec
import pytest

from contract.fake_zuora.caller import Caller
from pressroom_devstack.fake_zuora import Change, FakeZuora, Scenario


async def test_bad_secret_is_said_of_the_right_one(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("bad_secret")
    assert [(await caller.sign_in("acme")).status for _ in range(2)] == [401, 200]


async def test_token_is_revoked_in_the_middle_of_a_run(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("token_revoked", after=2)
    assert [(await caller.get("/workflows")).status for _ in range(4)] == [200, 200, 401, 401]
    await caller.sign_in("acme")
    assert (await caller.get("/workflows")).status == 200


async def test_short_token_ends_when_it_says(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("short_tokens", seconds=2)
    assert (await caller.sign_in("acme")).json["expires_in"] == 2
    assert (await caller.get("/workflows")).status == 200
    await asyncio.sleep(2.05)
    assert (await caller.get("/workflows")).status == 401


async def test_401_can_stay_whatever_the_token(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("unauthorized", times=None)
    for _ in range(3):
        assert (await caller.sign_in("acme")).status == 200
        assert (await caller.get("/workflows")).status == 401


@pytest.mark.parametrize(
    ("form", "told"), [("seconds", "3"), ("absurd", "31536000"), ("nonsense", "in a while"), (None, None)]
)
async def test_429_tells_when_to_come_again(caller: Caller, zuora: FakeZuora, form: Any, told: str | None) -> None:
    await zuora.plays("rate_limited", seconds=3, retry_after=form)
    refused = await caller.get("/workflows")
    assert (refused.status, refused.headers.get("Retry-After")) == (429, told)
    assert (refused.headers["ratelimit-reset"], refused.headers["ratelimit-remaining"]) == ("3", "0")
    assert (await caller.get("/workflows")).status == 200


async def test_429_can_name_a_date(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("rate_limited", seconds=30, retry_after="date")
    at = parsedate_to_datetime((await caller.get("/workflows")).headers["Retry-After"])
    assert 25 < (at - datetime.now(UTC)).total_seconds() <= 30


async def test_call_beyond_the_concurrency_is_refused_and_the_most_is_told(caller: Caller, zuora: FakeZuora) -> None:
    assert (await zuora.behaviour()).concurrent == 40
    await zuora.behaves(latency_ms=1000, concurrent=3)
    heard = await asyncio.gather(*(caller.export(101) for _ in range(5)))
    assert sorted(answer.status for answer in heard) == [200] * 3 + [429] * 2
    assert await zuora.most_at_once("acme") == 4  # refused at once, so never two of them
    assert (await zuora.log()).under_way == {}


async def test_tenants_share_no_limit(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.behaves(per_minute=2)
    assert [(await caller.get("/workflows")).status for _ in range(3)] == [200, 200, 429]
    await caller.sign_in("globex")
    assert (await caller.get("/workflows")).status == 200


async def test_tokens_have_a_limit_of_their_own(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.behaves(tokens_per_minute=3)
    assert [(await caller.sign_in("acme")).status for _ in range(4)] == [200, 200, 429, 429]


async def test_burst_of_errors_ends(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("server_error", status=503, times=3)
    assert [(await caller.export(101)).status for _ in range(4)] == [503, 503, 503, 200]
    [burst] = await zuora.has_played()
    assert burst.hits == 3


async def test_502_is_a_page_of_html(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("html")
    heard = await caller.get("/workflows")
    assert (heard.status, heard.headers["Content-Type"].partition(";")[0]) == (502, "text/html")
    assert heard.body.startswith(b"<html>")


async def test_200_can_say_that_it_failed(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("unsuccessful")
    heard = await caller.export(101)
    assert (heard.status, heard.json["success"]) == (200, False)
    assert set(heard.json) == {"success", "processId", "reasons"}


async def test_slow_answer_takes_its_time_and_is_right(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("slow", seconds=0.3)
    assert (await caller.export(101)).status == 200
    [call] = await zuora.calls("export")
    assert (call.ms >= 300, call.scenario) == (True, "slow")


@pytest.mark.parametrize("kind", ["cut", "connection_reset"])
async def test_connection_breaks_in_the_answer(caller: Caller, zuora: FakeZuora, kind: Any) -> None:
    await zuora.plays(kind, workflow_id=101, times=None)
    assert (await caller.export(102)).status == 200
    with pytest.raises(aiohttp.ClientError):
        await caller.export(101)


async def test_truncated_answer_is_whole_to_http_and_no_json(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("truncated", endpoint="export")
    heard = await caller.export(101)
    assert heard.status == 200
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(heard.body)
    assert (await caller.export(101)).json["workflow"]


@pytest.mark.parametrize(("status", "key"), [(404, "errors"), (403, "code"), (400, "errors"), (500, "code")])
async def test_a_single_export_is_refused(caller: Caller, zuora: FakeZuora, status: int, key: str) -> None:
    await zuora.plays("refused", endpoint="export", workflow_id=102, status=status, times=None)
    assert [(await caller.export(id_)).status for id_ in (101, 102, 103)] == [200, status, 200]
    assert key in (await caller.export(102)).json


async def test_every_export_is_refused_where_the_list_is_not(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("refused", endpoint="export", times=None)
    assert [(await caller.export(101)).status, (await caller.get("/workflows")).status] == [403, 200]


async def test_first_page_is_empty(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("empty_page", page=1)
    heard = await caller.get("/workflows")
    assert heard.json == {"data": [], "pagination": {"next_page": None, "page": 1, "page_length": 0}}
    assert len(await caller.page(1)) == 50


async def test_next_page_leads_back_to_the_first(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("looping_next_page", times=None)
    for page in (1, 2):
        told = (await caller.get("/workflows", page=page, page_length=50)).json["pagination"]
        assert told["next_page"].endswith("?page=1&page_length=50")


async def test_pages_never_end(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("endless_pages", times=None)
    assert await caller.page(3, length=20) == await caller.page(6, length=20) == await caller.page(9, length=20)
    assert (await caller.get("/workflows", page=9)).json["pagination"]["next_page"]


async def test_next_page_names_another_host(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("hostile_next_page", host="http://127.0.0.1:9")
    told = (await caller.get("/workflows")).json["pagination"]["next_page"]
    assert told == "http://127.0.0.1:9/workflows?page=2"


@pytest.mark.parametrize(("kind", "has"), [("tasks_missing", False), ("tasks_null", True)])
async def test_export_has_no_tasks(caller: Caller, zuora: FakeZuora, kind: Any, has: bool) -> None:
    await zuora.plays(kind, workflow_id=101)
    export = (await caller.export(101)).json
    assert (("tasks" in export), export.get("tasks")) == (has, None)
    assert len((await zuora.truth("acme")).workflows[101].tasks) == 10


async def test_task_id_comes_twice_and_the_last_one_is_true(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("duplicate_tasks", workflow_id=101)
    tasks = (await caller.export(101)).json["tasks"]
    assert tasks[0]["id"] == tasks[-1]["id"]
    assert tasks[0]["name"] != tasks[-1]["name"]
    assert tasks[1:] == (await zuora.truth("acme")).workflows[101].tasks


async def test_item_moves_to_a_page_that_was_read(caller: Caller, zuora: FakeZuora) -> None:
    move = Change(op="move", workflow_id=155, position=0)
    await zuora.behaves(Scenario(kind="change", endpoint="list", page=2, change=move))
    seen = [*await caller.page(1), *await caller.page(2)]
    assert (155 in seen, seen.count(149), len(seen)) == (False, 2, 60)
    assert (await caller.get("/workflows/155")).status == 200


async def test_item_is_inserted_before_a_page_that_was_read(caller: Caller, zuora: FakeZuora) -> None:
    insert = Change(op="add", workflow_id=999, position=0)
    await zuora.behaves(Scenario(kind="change", endpoint="list", page=2, change=insert))
    seen = [*await caller.page(1), *await caller.page(2)]
    assert (999 in seen, seen.count(149), len(set(seen))) == (False, 2, 60)
    assert 999 in (await zuora.truth("acme")).workflows


async def test_workflow_is_deleted_before_its_export(caller: Caller, zuora: FakeZuora) -> None:
    delete = Change(op="delete", workflow_id=107)
    await zuora.behaves(Scenario(kind="change", endpoint="export", workflow_id=107, change=delete))
    assert 107 in await caller.page(1)
    assert [(await caller.export(107)).status, (await caller.get("/workflows/107")).status] == [404, 404]
    assert (await zuora.truth("acme")).deleted == [107]


async def test_fault_concerns_one_account(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.plays("server_error", client_id="globex", times=None)
    assert (await caller.get("/workflows")).status == 200
    await caller.sign_in("globex")
    assert (await caller.get("/workflows")).status == 500


async def test_faults_of_several_sorts_meet_one_call(caller: Caller, zuora: FakeZuora) -> None:
    edit = Change(op="rename", workflow_id=101, name="Renamed")
    await zuora.behaves(
        Scenario(kind="slow", seconds=0.1),
        Scenario(kind="change", change=edit),
        Scenario(kind="duplicate_tasks"),
    )
    assert (await caller.export(101)).json["workflow"]["name"] == "Renamed"
    [call] = await zuora.calls("export")
    assert set(call.scenario.split(", ")) == {"slow", "change", "duplicate_tasks"}


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"scenarios": [{"kind": "mood"}]}, "mood"),
        ({"scenarios": [{"kind": "slow", "time": 3}]}, "time"),
        ({"scenarios": [{"kind": "change"}]}, "says what changes"),
        ({"latency": 3}, "latency"),
        ({"concurrent": 0}, ">= 1"),
    ],
    ids=str,
)
async def test_wrong_scenario_is_refused_with_the_reason(zuora: FakeZuora, wish: dict[str, Any], told: str) -> None:
    async with aiohttp.ClientSession(zuora.origin) as http, http.post("/__fake__/scenario", json=wish) as response:
        assert response.status == 422
        assert told in (await response.json())["error"]["message"]
