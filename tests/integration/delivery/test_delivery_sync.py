"""Generate now: the answer is the finished text, or the same job goes on by itself. Nothing is bought twice."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest

from integration.delivery.processes import eventually
from integration.delivery.system import System

NOW = {"prompt": "Write about tea", "execution_mode": "sync"}


@pytest.fixture
async def client(system: System) -> AsyncIterator[httpx2.AsyncClient]:
    """At a gateway of this test's own, beside the one that folds as much."""
    _, origin = await system.start_gateway("gateway-sync", "pressroom_gateway", sync_requests=3, sync_seconds=20)
    async with system.client(origin) as http:
        yield http


async def generate(client: httpx2.AsyncClient, wait: float | None = None, **fields: Any) -> httpx2.Response:
    headers = {} if wait is None else {"Prefer": f"wait={wait:g}"}
    return await client.post("/v1/generations", json=NOW | fields, headers=headers)


async def test_the_answer_is_the_finished_generation_whichever_gateway_hears_of_it(
    system: System, client: httpx2.AsyncClient
) -> None:
    await system.start_worker()
    answers = [await generate(client) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}, answers[0].text
    made = answers[0].json()
    assert (made["status"], made["priority"], made["execution_mode"]) == ("completed", "high", "sync")
    assert made["content"]
    assert answers[0].headers["Location"] == f"/v1/generations/{made['id']}"
    ids = [UUID(answer.json()["id"]) for answer in answers]
    rows = await system.check(ids)
    assert all(len(calls) == 1 for calls in rows.of(ids).calls.values())


async def test_what_takes_too_long_is_handed_over_and_goes_on(system: System, client: httpx2.AsyncClient) -> None:
    await system.start_worker()
    await system.provider.behaves(latency_ms=3000)
    started = time.monotonic()
    answer = await generate(client, wait=1)
    assert 0.9 < time.monotonic() - started < 2.5
    told = answer.json()
    assert (answer.status_code, told["handed_over"]) == (202, True)
    assert told["detail"] == "Generation is taking longer than expected. It goes on in the background."
    assert answer.headers["Location"] == told["links"]["self"]
    id_ = UUID(told["id"])
    await system.is_(id_, "completed")
    rows = await system.check([id_])
    assert len(rows.of([id_]).calls[id_]) == 1


async def test_a_repeated_request_gets_the_first_answer_at_once(system: System, client: httpx2.AsyncClient) -> None:
    await system.start_worker()
    key = {"Idempotency-Key": "the-same"}
    first = await client.post("/v1/generations", json=NOW, headers=key)
    started = time.monotonic()
    second = await client.post("/v1/generations", json=NOW, headers=key)
    assert time.monotonic() - started < 0.5
    assert (second.status_code, second.json()) == (200, first.json())
    await system.check([UUID(first.json()["id"])])


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"),
    [
        ({"status": 429, "retry_after": 7}, 429, "provider_rate_limited", "7"),
        ({"status": 400}, 400, "provider_rejected", None),
        ({"status": 500}, 502, "provider_failed", None),
    ],
)
async def test_an_error_of_the_provider_is_final_and_goes_to_the_client(
    system: System,
    client: httpx2.AsyncClient,
    fault: dict[str, Any],
    status: int,
    code: str,
    retry_after: str | None,
) -> None:
    await system.start_worker()
    await system.provider.behaves(fail=[fault | {"times": 1}])
    answer = await generate(client)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers.get("Retry-After") == retry_after
    job = (await client.get(answer.headers["Location"])).json()
    assert (job["status"], job["error"]["code"]) == ("failed", code)
    await system.check([UUID(job["id"])])


async def test_once_handed_over_an_error_is_tried_again(system: System, client: httpx2.AsyncClient) -> None:
    await system.start_worker()
    await system.provider.behaves(fail=[{"status": 500, "times": 1, "latency_ms": 2000}])
    answer = await generate(client, wait=1)
    assert answer.status_code == 202, answer.text
    id_ = UUID(answer.json()["id"])
    await system.is_(id_, "completed")
    rows = await system.check([id_])
    assert (rows.jobs[id_].attempt, len(rows.of([id_]).calls[id_])) == (2, 2)


async def test_a_client_that_goes_away_cancels_nothing(system: System, client: httpx2.AsyncClient) -> None:
    await system.start_worker()
    await system.provider.behaves(latency_ms=2000)
    before = set((await system.rows()).jobs)
    with pytest.raises(httpx2.TimeoutException):
        await client.post("/v1/generations", json=NOW, timeout=1)
    [id_] = set((await system.rows()).jobs) - before
    await system.is_(id_, "completed")
    await system.check([id_])


async def test_beyond_the_limit_a_request_is_async_and_told_why(system: System, client: httpx2.AsyncClient) -> None:
    await system.start_worker()
    await system.provider.behaves(latency_ms=2000)
    waiting = [asyncio.create_task(generate(client)) for _ in range(3)]
    await system.provider.in_flight(3)
    answer = await generate(client)
    assert (answer.status_code, answer.json()["handed_over"]) == (202, True)
    assert "3 requests wait here already" in answer.json()["detail"]
    finished = await asyncio.gather(*waiting)
    assert {each.status_code for each in finished} == {200}
    ids = [UUID(each.json()["id"]) for each in (answer, *finished)]
    await eventually(lambda: _shows(system, ids[0], "completed"), "the refused one is completed")
    rows = await system.check(ids)
    assert rows.jobs[ids[0]].status == "completed"


async def test_a_cancel_answers_who_waits(system: System, client: httpx2.AsyncClient) -> None:
    waiting = asyncio.create_task(generate(client))
    found: list[str] = []

    async def is_made() -> bool:
        listed = await client.get("/v1/jobs", params={"status": "pending", "lane": "high"})
        found[:] = [job["id"] for job in listed.json()["items"]]
        return bool(found)

    await eventually(is_made, "the job stands")
    await system.start_worker()  # or it takes the job at once
    await client.post(f"/v1/jobs/{found[0]}/cancel")
    answer = await waiting
    assert answer.status_code in {200, 409}
    await system.check([UUID(found[0])])


@pytest.mark.parametrize("fields", [{"run_at": "2099-01-01T00:00:00Z"}, {"execution_mode": "later"}])
async def test_what_makes_no_sense_is_refused(client: httpx2.AsyncClient, fields: dict[str, Any]) -> None:
    answer = await generate(client, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def _shows(system: System, id_: UUID, status: str) -> bool:
    return await system.status(id_) == status
