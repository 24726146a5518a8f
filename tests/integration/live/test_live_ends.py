"""Streams that end before their jobs do: gateways stop, and keys are revoked."""

import asyncio
import signal
import time
from uuid import UUID

import httpx2

from integration.live.stage import NOW, Stage, generating, watching
from unit.live.reading import Reader

STOP_SECONDS = 3.0
REVOKED_SECONDS = 8.0
"""A gateway trusts what it knows of a key for up to three seconds, and asks again every four."""


async def test_a_gateway_that_stops_ends_its_streams_and_hands_over_who_waits(
    stage: Stage, here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    await stage.writes(tokens=160, latency_ms=1000)
    reader = Reader()
    waiting = asyncio.create_task(there.post("/v1/generations", json=NOW))
    async with generating(there, reader=reader) as stream:
        async with watching(there, stream.job_id) as first, watching(there, stream.job_id) as second:
            for each in (stream, first, second):
                await each.has("delta", 2)
            log = len(stage.second.log)
            began = time.monotonic()
            stage.second.signal(signal.SIGTERM)
            for each in (stream, first, second):
                await each.ended()
                assert (each.finished, each.reader.end) == (True, None)
            code = await stage.second.exit_code(10)
            seconds = time.monotonic() - began
        job_id = stream.job_id
    written = stage.second.log[log:]
    await stage.again()
    assert (code, seconds < STOP_SECONDS) == (0, True)
    assert [line for line in written.splitlines() if '"error"' in line or "Traceback" in line] == []
    answer = await waiting
    async with watching(here, job_id, reader) as going_on:
        last = await going_on.ended()
    assert (last.name, reader.text, "keyframe" in reader.names) == ("result", last.data["content"], False)
    if answer.status_code == 202:
        assert answer.json()["handed_over"] is True
        await stage.is_(UUID(answer.json()["id"]), "completed")
    else:
        assert answer.status_code == 200


async def test_a_revoked_key_ends_its_streams_everywhere(stage: Stage, here: httpx2.AsyncClient) -> None:
    await stage.writes(tokens=1000)
    async with stage.client(admin=True) as admin:
        wish = {"name": "to be revoked", "role": "editor"}
        made = (await admin.post("/v1/admin/tenants/demo/api-keys", json=wish)).json()
        async with stage.at(0, made["key"]) as near, stage.at(1, made["key"]) as far:
            async with generating(near) as first, watching(far, first.job_id) as second:
                for stream in (first, second):
                    await stream.has("delta")
                began = time.monotonic()
                assert (await admin.delete(f"/v1/admin/api-keys/{made['id']}")).status_code == 204
                for stream in (first, second):
                    await stream.ended()
                    assert (stream.finished, stream.reader.end) == (True, None)
                assert time.monotonic() - began < REVOKED_SECONDS
            assert (await far.get(f"/v1/jobs/{first.job_id}/events")).status_code == 401
    async with watching(here, first.job_id) as going_on:
        await going_on.has("delta")
    await here.post(f"/v1/jobs/{first.job_id}/cancel")
    await stage.is_(first.job_id, "cancelled")
