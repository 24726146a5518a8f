"""Cancelling a job that runs: its call is closed at once, and the run has one outcome."""

import time
from functools import partial
from statistics import median
from uuid import UUID

from integration.delivery.processes import eventually
from integration.delivery.rows import Call
from integration.delivery.system import System

SOON = 1.0
"""Seconds until the provider sees that nobody wants its answer any more."""
JOBS = 5


async def test_cancelling_a_running_job_closes_its_call_within_a_second(system: System) -> None:
    await system.start_worker(renew_seconds=20)  # no renewal finds out first
    await system.provider.behaves(latency_ms=60_000)
    ids = await system.submit(*(f"Write about regret {n}" for n in range(JOBS)))
    await system.provider.in_flight(JOBS)

    asked: dict[UUID, float] = {}
    async with system.client() as http:
        for id_ in ids:
            asked[id_] = time.time()
            answer = await http.post(f"/v1/jobs/{id_}/cancel")
            assert (answer.status_code, answer.json()["status"]) == (202, "cancelling")
            await system.is_(id_, "cancelled")

    rows = await system.check(ids)
    seconds = [await _closed_at(system, rows.calls[id_][0]) - asked[id_] for id_ in ids]
    assert median(seconds) < SOON
    for id_ in ids:
        assert [call.outcome for call in rows.calls[id_]] == ["unknown"]
        assert [entry.status for entry in rows.log[id_]] == ["pending", "processing", "cancelling", "cancelled"]
        await eventually(partial(_is_estimated, system, id_), "its prompt is counted")


async def test_cancelling_a_job_whose_worker_died_counts_the_call_that_was_lost(system: System) -> None:
    dead = await system.start_worker("generator-1")
    await system.provider.behaves(latency_ms=60_000)
    [id_] = await system.submit("Write about loss")
    await system.provider.in_flight(1)
    dead.kill()

    await system.start_worker("generator-2")
    async with system.client() as http:
        await http.post(f"/v1/jobs/{id_}/cancel")
    await system.is_(id_, "cancelled")

    rows = await system.check([id_])
    assert [(call.outcome, call.possible_double_charge) for call in rows.calls[id_]] == [("unknown", True)]
    assert (await system.shown(id_))["usage"]["possible_double_charge"] is True


async def _is_estimated(system: System, id_: UUID) -> bool:
    usage = (await system.shown(id_))["usage"]
    return bool(usage["estimated"] and usage["input_tokens"])


async def _closed_at(system: System, call: Call) -> float:
    """When the provider saw that its client was gone."""
    heard = await system.provider.call(call.id)
    assert heard is not None
    assert heard.outcome == "client_closed"
    assert heard.ended_at is not None
    return heard.ended_at
