"""How far a job is, for who asks now and then."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from integration.delivery.processes import eventually
from integration.live.stage import SOON, Stage, generating, progress, shows

LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
POLLS = 0.02


async def polled(client: httpx2.AsyncClient, job_id: UUID) -> dict[str, Any]:
    answer = await progress(client, job_id)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def polled_until_it_is_over(client: httpx2.AsyncClient, job_id: UUID) -> list[dict[str, Any]]:
    """All that was told."""
    told = [await polled(client, job_id)]
    async with asyncio.timeout(SOON):
        while told[-1]["status"] not in {"completed", "failed", "cancelled"}:
            await asyncio.sleep(POLLS)
            told.append(await polled(client, job_id))
    return told


def in_turn(told: list[dict[str, Any]], field: str = "message_code") -> list[Any]:
    """What was told, each time that it was something else."""
    values = [each[field] for each in told]
    return [value for number, value in enumerate(values) if not number or value != values[number - 1]]


@asynccontextmanager
async def held(stage: Stage, lane: str) -> AsyncIterator[None]:
    """Nothing of the lane goes out."""
    async with stage.client(admin=True) as admin:
        assert (await admin.post(f"/v1/admin/lanes/{lane}/pause")).status_code == 200
        try:
            yield
        finally:
            assert (await admin.post(f"/v1/admin/lanes/{lane}/resume")).status_code == 200


@asynccontextmanager
async def locked_jobs(stage: Stage) -> AsyncIterator[None]:
    """Nobody reads or writes a job: whoever asks the database waits."""
    connection = await asyncpg.connect(stage.database_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE gateway.jobs IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def test_a_job_is_followed_from_its_place_in_the_line_to_its_end(stage: Stage, here: httpx2.AsyncClient) -> None:
    await stage.writes(tokens=40, latency_ms=200)
    async with held(stage, "low"):
        [job_id] = await stage.submit("Write about tea", priority="low")
        first = await polled(here, job_id)
    told = [first, *await polled_until_it_is_over(here, job_id)]
    codes = in_turn(told)
    assert (codes[0], codes[-1]) == ("waiting", "completed")
    assert set(codes[1:-1]) in ({"calling_model"}, {"preparing", "calling_model"}, {"calling_model", "saving"})
    tokens = [each["tokens"] or 0 for each in told[:-1]]
    assert tokens == sorted(tokens)
    assert len(set(tokens)) > 5
    elapsed = [each["elapsed_ms"] for each in told[:-1]]
    assert elapsed == sorted(elapsed)
    last = told[-1]
    assert (last["is_completed"], last["progress"], last["completed"], last["total"]) == (True, 100, 1, 1)
    generation = await stage.shown(job_id)
    assert last["tokens"] == generation["usage"]["output_tokens"]
    assert last["elapsed_ms"] == generation["generation_time_ms"]


async def test_what_holds_a_job_is_told(stage: Stage, here: httpx2.AsyncClient) -> None:
    [job_id] = await stage.submit("Write about tea", run_at=LATER)
    assert (await polled(here, job_id))["message_code"] == "scheduled"
    await here.post(f"/v1/jobs/{job_id}/pause")
    await shows(here, job_id, "paused")
    await here.post(f"/v1/jobs/{job_id}/resume")
    await shows(here, job_id, "scheduled")
    await here.post(f"/v1/jobs/{job_id}/cancel")
    await shows(here, job_id, "cancelled")
    last = await polled(here, job_id)
    assert (last["step"], last["progress"], last["is_completed"], last["is_failed"]) == (None, None, False, False)


async def test_a_job_that_is_tried_again_says_so_and_one_that_failed_does(
    stage: Stage, here: httpx2.AsyncClient
) -> None:
    await stage.writes(tokens=5, fail=[{"status": 500}, {"status": 400}])
    [job_id] = await stage.submit("Write about tea")
    told = await polled_until_it_is_over(here, job_id)
    assert "retrying" in in_turn(told)
    assert (told[-1]["message_code"], told[-1]["is_failed"], told[-1]["progress"]) == ("failed", True, None)


async def test_a_cancel_is_told(stage: Stage, here: httpx2.AsyncClient) -> None:
    await stage.writes(latency_ms=60_000)
    [job_id] = await stage.submit("Write about tea")
    await shows(here, job_id, "calling_model")
    await here.post(f"/v1/jobs/{job_id}/cancel")
    told = await polled_until_it_is_over(here, job_id)
    assert {each["message_code"] for each in told[:-1]} <= {"calling_model", "cancelling"}
    assert (told[-1]["message_code"], told[-1]["is_completed"], told[-1]["is_failed"]) == ("cancelled", False, False)


async def test_nothing_new_is_not_told_again(stage: Stage, here: httpx2.AsyncClient) -> None:
    [job_id] = await stage.submit("Write about tea", run_at=LATER)
    first = await progress(here, job_id)
    tag = first.headers["ETag"]
    again = await progress(here, job_id, tag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert (await progress(here, job_id, 'W/"another"')).status_code == 200
    await here.post(f"/v1/jobs/{job_id}/cancel")
    await shows(here, job_id, "cancelled")
    changed = await progress(here, job_id, tag)
    assert (changed.status_code, changed.headers["ETag"] == tag) == (200, False)


async def test_more_text_is_something_new(stage: Stage, here: httpx2.AsyncClient) -> None:
    await stage.writes(tokens=60)
    async with generating(here) as stream:
        await stream.has("delta", 2)
        tag = (await progress(here, stream.job_id)).headers["ETag"]
        await stream.has("delta", 5)
        assert (await progress(here, stream.job_id, tag)).status_code == 200
        await stream.ended()


@pytest.mark.parametrize(
    ("who", "status", "code"), [("another tenant", 404, "not_found"), ("nobody", 401, "unauthenticated")]
)
async def test_whom_it_does_not_concern_is_told_nothing(
    stage: Stage, here: httpx2.AsyncClient, who: str, status: int, code: str
) -> None:
    [job_id] = await stage.submit("Write about tea")
    await polled(here, job_id)
    async with stage.at(0, stage.stranger_key if who == "another tenant" else "none") as client:
        answer = await progress(client, job_id)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_of_a_job_that_there_is_not_there_is_no_progress(here: httpx2.AsyncClient) -> None:
    for _ in range(2):
        answer = await progress(here, UUID(int=7))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_pollers_are_answered_from_memory(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    """Nobody can read the table of jobs meanwhile; whoever asks for a job that is not in memory has to wait."""
    scheduled = await stage.submit("Write about tea", "Write about rain", run_at=LATER)
    known, unknown = scheduled
    for client in (here, there):
        await polled(client, known)
    async with locked_jobs(stage):
        asking = asyncio.create_task(polled(here, unknown))
        began = time.monotonic()
        told = await asyncio.gather(*(polled(client, known) for client in (here, there) * 10))
        assert time.monotonic() - began < 2
        assert {each["message_code"] for each in told} == {"scheduled"}
        assert not asking.done()
    assert (await asking)["message_code"] == "scheduled"
    for job_id in scheduled:
        await here.post(f"/v1/jobs/{job_id}/cancel")


async def test_a_gateway_that_was_started_again_knows_how_far_jobs_are(stage: Stage, there: httpx2.AsyncClient) -> None:
    await stage.writes(tokens=5, per_second=None)
    for job_id in await stage.submit(*(f"Write about tea {number}" for number in range(5))):
        await stage.is_(job_id, "completed")
    await stage.writes(tokens=1000)
    async with held(stage, "low"):
        [job_id] = await stage.submit("Write about tea", priority="low")
        await polled(there, job_id)  # so that it is streamed
    await shows(there, job_id, "calling_model")
    stage.second.kill()
    await stage.again()
    first = await polled(there, job_id)
    assert (first["status"], first["step"] is not None) == ("processing", True)
    await has_tokens(there, job_id, 20)
    later = await polled(there, job_id)
    assert later["message_code"] == "calling_model"
    assert 0 < later["progress"] <= 99
    await there.post(f"/v1/jobs/{job_id}/cancel")
    assert (await polled_until_it_is_over(there, job_id))[-1]["message_code"] == "cancelled"


async def has_tokens(client: httpx2.AsyncClient, job_id: UUID, count: int) -> None:
    async def are_there() -> bool:
        return ((await polled(client, job_id))["tokens"] or 0) > count

    await eventually(are_there, f"{count} tokens", SOON)
