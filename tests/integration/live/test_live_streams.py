"""Generations as they are written: to the client that asked for them, and to all who look."""

import asyncio
import time
from typing import Any
from uuid import UUID

import httpx2
import pytest

from integration.live.stage import NOW, Stage, generating, watching
from unit.live.reading import ENDS, Reader

CLOSED_SECONDS = 1.0
"""Until the provider sees that nobody wants its answer any more."""


async def test_a_text_comes_piece_by_piece_and_its_pieces_are_the_content(
    stage: Stage, here: httpx2.AsyncClient
) -> None:
    began = time.monotonic()
    async with generating(here) as stream:
        await stream.has("delta")
        first = time.monotonic() - began
        last = await stream.ended()
    assert first < (time.monotonic() - began) / 2
    assert (last.name, stream.finished) == ("result", True)
    assert last.data == await stage.shown(stream.job_id)
    assert stream.reader.text == last.data["content"]
    assert len(stream.reader.told("delta")) > 5
    assert sum(name in ENDS for name in stream.names) == 1
    assert stream.reader.statuses == ["pending", "processing", "completed"]
    assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"


async def test_all_who_join_in_the_middle_see_the_same_at_every_gateway(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    await stage.writes(tokens=60)
    async with generating(here) as first:
        await first.has("delta", 3)
        async with (
            watching(here, first.job_id) as second,
            watching(there, first.job_id) as third,
            watching(there, first.job_id) as fourth,
        ):
            for stream in (second, third, fourth):
                await stream.has("keyframe")
            late = [stream.reader.text for stream in (second, third, fourth)]
            ends = [await stream.ended() for stream in (first, second, third, fourth)]
    whole = ends[0].data["content"]
    assert all(0 < len(text) < len(whole) and whole.startswith(text) for text in late)
    assert [(end.name, end.data["content"]) for end in ends] == [("result", whole)] * 4
    for stream in (second, third, fourth):
        assert stream.reader.text == whole
        assert "delta" in stream.names


async def test_a_job_that_nobody_waits_for_is_streamed_to_who_was_there_first(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    """Followed before its run begins: its worker hears of it by control, and not by the command."""
    await stage.writes(latency_ms=300)
    [job_id] = await stage.submit("Write about tea")
    async with watching(here, job_id) as first, watching(there, job_id) as second:
        ends = [await stream.ended() for stream in (first, second)]
    assert {end.name for end in ends} == {"result"}
    assert {stream.reader.text for stream in (first, second)} == set(await stage.wrote([job_id]))


async def test_after_the_end_all_is_told_at_once(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    await stage.writes(tokens=5, per_second=None)
    [job_id] = await stage.submit("Write about tea")
    await stage.is_(job_id, "completed")
    for client in (here, there):
        async with watching(client, job_id) as stream:
            last = await stream.ended()
        assert stream.names == ["status", "progress", "keyframe", "result"]
        assert last.data == await stage.shown(job_id)


async def test_another_tenant_sees_no_stream_and_nobody_does_without_a_key(
    stage: Stage, here: httpx2.AsyncClient
) -> None:
    async with generating(here) as stream, stage.at(0, stage.stranger_key) as stranger:
        path = f"/v1/jobs/{stream.job_id}/events"
        refused = await stranger.get(path)
        unknown = await here.get(f"/v1/jobs/{UUID(int=7)}/events")
        nameless = await here.get(path, headers={"Authorization": ""})
        await stream.ended()
    assert [(answer.status_code, answer.json()["code"]) for answer in (refused, unknown, nameless)] == [
        (404, "not_found"),
        (404, "not_found"),
        (401, "unauthenticated"),
    ]


async def test_a_client_that_comes_back_goes_on_where_it_was(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    """At the same gateway and at the other one; no piece comes twice, and none is missing."""
    await stage.writes(tokens=100)
    reader = Reader()
    async with generating(here, reader=reader) as stream:
        await stream.has("delta", 3)
        job_id = stream.job_id
    for client in (here, there, here):
        async with watching(client, job_id, reader) as stream:
            await stream.has("delta", 3)
    async with watching(there, job_id, reader) as stream:
        last = await stream.ended()
    assert "keyframe" not in reader.names
    assert reader.text == last.data["content"]
    assert [name for name in reader.names if name in ENDS] == ["result"]


async def test_a_client_that_comes_back_after_the_end_gets_the_rest(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    reader = Reader()
    async with generating(here, reader=reader) as stream:
        await stream.has("delta", 2)
    await stage.is_(stream.job_id, "completed")
    async with watching(there, stream.job_id, reader) as again:
        await again.ended()
    assert again.names == ["status", "progress", "delta", "result"]


@pytest.mark.parametrize(
    ("fault", "status", "code", "told"),
    [
        ({"status": 500}, 502, "provider_failed", False),
        ({"status": 429, "retry_after": 7}, 429, "provider_rate_limited", False),
        ({"status": 400}, 400, "provider_rejected", False),
        ({"kind": "broken_stream"}, 502, "provider_failed", True),
        ({"kind": "stream_error"}, 502, "provider_failed", True),
    ],
    ids=["failed", "throttled", "rejected", "broken", "failed half way"],
)
async def test_an_error_of_the_provider_ends_the_stream(
    stage: Stage, here: httpx2.AsyncClient, fault: dict[str, Any], status: int, code: str, *, told: bool
) -> None:
    await stage.writes(tokens=20, fail=[fault])
    async with generating(here) as stream:
        last = await stream.ended()
    assert (last.name, last.data["status"], last.data["code"]) == ("error", status, code)
    assert last.data.get("retry_after") == fault.get("retry_after")
    assert bool(stream.reader.text) == told
    job = await stage.shown(stream.job_id)
    assert (job["status"], job["error"]["code"], last.data["job_id"]) == ("failed", code, job["id"])
    assert last.data["detail"]


async def test_a_retry_begins_the_text_anew(stage: Stage, here: httpx2.AsyncClient) -> None:
    await stage.writes(tokens=20, latency_ms=300, fail=[{"kind": "broken_stream"}])
    [job_id] = await stage.submit("Write about tea")
    async with watching(here, job_id) as stream:
        await stream.has("delta")
        before = stream.reader.text
        last = await stream.ended()
    assert before
    assert "retrying" in stream.reader.statuses
    assert {"offset": 0, "text": ""} in stream.reader.told("keyframe")
    assert stream.reader.text == last.data["content"]


async def test_a_cancel_ends_the_stream_and_the_call(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    await stage.writes(tokens=1000)
    async with generating(here) as stream, watching(there, stream.job_id) as other:
        await stream.has("delta", 2)
        await other.has("delta")
        asked = time.time()
        answer = await there.post(f"/v1/jobs/{stream.job_id}/cancel")
        ends = [await stream.ended(), await other.ended()]
    assert answer.status_code == 202
    assert [(end.name, end.data["status"]) for end in ends] == [("cancelled", "cancelled")] * 2
    rows = await stage.check([stream.job_id])
    [call] = rows.calls[stream.job_id]
    heard = await stage.provider.call(call.id)
    assert heard is not None
    assert heard.ended_at is not None
    assert (heard.outcome, heard.ended_at - asked < CLOSED_SECONDS) == ("client_closed", True)


async def test_a_client_that_goes_away_cancels_nothing(stage: Stage, here: httpx2.AsyncClient) -> None:
    async with generating(here) as stream:
        await stream.has("delta")
    await stage.is_(stream.job_id, "completed")
    rows = await stage.check([stream.job_id])
    assert [call.outcome for call in rows.calls[stream.job_id]] == ["answered"]


async def test_a_stream_that_takes_too_long_is_handed_over_and_goes_on_elsewhere(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    await stage.writes(tokens=80)
    reader = Reader()
    began = time.monotonic()
    async with generating(here, wait=1, reader=reader) as stream:
        told = await stream.ended()
    assert (told.name, stream.finished) == ("handed_over", True)
    assert 0.9 < time.monotonic() - began < 1.9
    assert told.data["handed_over"] is True
    assert told.data["detail"] == "Generation is taking longer than expected. It goes on in the background."
    assert told.data["links"]["job"] == f"/v1/jobs/{stream.job_id}"
    rest = Reader()
    rest.text, rest.last_id = reader.text, told.id
    async with watching(there, stream.job_id, rest) as going_on:
        last = await going_on.ended()
    assert (last.name, "keyframe" in going_on.names) == ("result", False)
    assert rest.text == last.data["content"]
    rows = await stage.check([stream.job_id])
    assert len(rows.calls[stream.job_id]) == 1


async def test_whom_the_gateway_lets_wait_no_longer_is_told_so_at_once(stage: Stage, here: httpx2.AsyncClient) -> None:
    """Five requests of a tenant wait at a gateway, streamed or not; the sixth is handed over, and goes on as async."""
    await stage.writes(tokens=10, latency_ms=2500)
    waiting = [asyncio.create_task(here.post("/v1/generations", json=NOW)) for _ in range(3)]
    async with generating(here) as first, generating(here) as second:
        await stage.provider.in_flight(5)
        began = time.monotonic()
        answer = await here.post("/v1/generations", json=NOW)
        async with generating(here) as refused:
            told = await refused.ended()
        assert time.monotonic() - began < 1
        finished = await asyncio.gather(*waiting)
        ends = [await stream.ended() for stream in (first, second)]
    assert (answer.status_code, answer.json()["handed_over"]) == (202, True)
    assert refused.names == ["status", "handed_over"]
    reason = "5 requests of the tenant wait here already. The generation goes on in the background."
    assert [answer.json()["detail"], told.data["detail"]] == [reason, reason]
    assert [each.status_code for each in finished] == [200] * 3
    assert [end.name for end in ends] == ["result"] * 2
    ids = [UUID(answer.json()["id"]), UUID(told.data["id"])]
    rows = await stage.check(ids)
    assert [rows.jobs[job_id].status for job_id in ids] == ["completed"] * 2


async def test_a_repeated_request_is_streamed_the_same_text(stage: Stage, here: httpx2.AsyncClient) -> None:
    await stage.writes(tokens=5, per_second=None)
    key = {"Idempotency-Key": "the-same-stream"}
    texts = []
    for _ in range(2):
        async with here.stream(
            "POST", "/v1/generations", json=NOW, headers=key | {"Accept": "text/event-stream"}
        ) as answer:
            body = (await answer.aread()).decode()
        assert body.count("event: result") == 1
        texts.append((answer.headers["Location"], body.rpartition("data: ")[2]))
    assert texts[0] == texts[1]
