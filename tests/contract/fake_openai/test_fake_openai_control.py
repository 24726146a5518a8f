"""The list of calls, the statistics and the scenario."""

import asyncio
import time
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from contract.fake_openai.control import PROMPT, Control, said
from pressroom_devstack.fake_openai.calls import CallLog


async def test_call_is_listed_with_what_is_known_of_it(client: AsyncOpenAI, control: Control) -> None:
    before = time.time()
    await client.chat.completions.create(
        model="gpt-4o", messages=said(PROMPT + "x" * 300), extra_headers={"X-Client-Request-Id": "call-1"}
    )
    [call] = await control.calls()
    assert before <= call["time"] <= call["ended_at"] <= time.time()
    assert len(call["prompt"]) == 200
    assert {
        name: call[name] for name in ("model", "outcome", "in_flight", "client_request_id", "stream", "tokens")
    } == {
        "model": "gpt-4o",
        "outcome": "ok",
        "in_flight": 1,
        "client_request_id": "call-1",
        "stream": False,
        "tokens": 40,
    }


async def test_client_that_goes_away_is_seen(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(latency_ms=60_000)
    with pytest.raises(openai.APITimeoutError):
        await client.chat.completions.create(model="m", messages=said(PROMPT), timeout=0.3)
    assert await control.only_outcome() == "client_closed"


async def test_client_that_leaves_a_stream_is_seen(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(tokens=10_000, tokens_per_second=100)
    stream = await client.chat.completions.create(model="m", messages=said(PROMPT), stream=True)
    await anext(aiter(stream))
    await stream.close()
    assert await control.only_outcome() == "client_closed"


async def test_calls_under_way_are_counted(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(latency_ms=200)
    await asyncio.gather(*(client.chat.completions.create(model="m", messages=said(PROMPT)) for _ in range(5)))
    assert sorted(call["in_flight"] for call in await control.calls()) == [1, 2, 3, 4, 5]
    assert await control.get("stats") == {
        "calls": 5,
        "in_flight": 0,
        "max_in_flight": 5,
        "outcomes": {"ok": 5},
        "tokens": 200,
        "dropped": 0,
    }


async def test_calls_are_filtered_by_outcome_and_time(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(fail=[{"status": 500}])
    with pytest.raises(openai.InternalServerError):
        await client.chat.completions.create(model="m", messages=said(PROMPT))
    await client.chat.completions.create(model="m", messages=said(PROMPT))
    first, second = await control.calls()
    assert await control.calls(outcome="server_error") == [first]
    assert await control.calls(since=repr(second["time"])) == [second]


async def test_scenario_keeps_what_a_change_does_not_name(control: Control) -> None:
    await control.plan(latency_ms=5, fail=[{"status": 500, "times": 3}])
    await control.plan(tokens=9)
    assert await control.get("scenario") == {
        "latency_ms": 5,
        "latency_jitter": 0,
        "tokens": 9,
        "tokens_per_second": None,
        "fail": [{"status": 500, "times": 3}],
    }


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ({"latncy_ms": 5}, "latncy_ms"),
        ({"latency_ms": -1}, ">= 0.0"),
        ({"fail": [{"times": 1}]}, "`status`"),
        ({"fail": [{"status": 200}]}, "$.fail[0].status"),
        ({"fail": [{"kind": "mood"}]}, "mood"),
        ({"fail": [{"status": 500, "time": 1}]}, "unknown field `time`"),
    ],
    ids=str,
)
async def test_wrong_scenario_is_refused_with_the_reason(control: Control, scenario: dict[str, Any], told: str) -> None:
    async with control.http.post("/__fake__/scenario", json=scenario) as response:
        assert response.status == 422
        assert told in (await response.json())["error"]["message"]


async def test_reset_forgets_calls_and_scenario(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(tokens=9, fail=[{"status": 500}])
    async with control.http.post("/__fake__/reset") as response:
        assert (await response.json())["tokens"] == 40
    answer = await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 40
    assert len(await control.calls()) == 1


async def test_oldest_calls_are_dropped_and_counted() -> None:
    log = CallLog(kept=2)
    for number in range(3):
        log.end(log.begin(0, kind="chat", model="m", stream=False, prompt=str(number), request_id=None), 1)
    assert [call.prompt for call in log.find()] == ["1", "2"]
    assert log.dropped == 1
