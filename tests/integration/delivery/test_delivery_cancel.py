"""Cancelling a job that runs: its call is closed at once, and the run has one outcome."""

import time

from integration.delivery.processes import eventually
from integration.delivery.system import LASTING_LEASE, System

SOON = 1.0
"""Seconds until the provider sees that nobody wants its answer any more."""


async def test_cancelling_a_running_job_closes_its_call_within_a_second(system: System) -> None:
    await system.start_worker(**LASTING_LEASE, renew_seconds=20)  # no renewal finds out first
    await system.provider.behaves(latency_ms=60_000)
    [id_] = await system.submit("Write about regret")
    [call] = await system.provider.in_flight(1)

    asked = time.time()
    async with system.client() as http:
        answer = await http.post(f"/v1/jobs/{id_}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelling")
    await system.is_(id_, "cancelled")

    async def is_closed() -> bool:
        return not await system.provider.calls("in_flight")

    await eventually(is_closed, "the call is closed")
    [closed] = [each for each in await system.provider.calls() if each.client_request_id == call.client_request_id]
    assert closed.outcome == "client_closed"
    assert closed.ended_at is not None
    assert closed.ended_at - asked < SOON
    rows = await system.check([id_])
    assert [call.outcome for call in rows.calls[id_]] == ["unknown"]
    assert [entry.status for entry in rows.log[id_]] == ["pending", "processing", "cancelling", "cancelled"]


async def test_cancelling_a_job_whose_worker_died_counts_the_call_that_was_lost(system: System) -> None:
    dead = await system.start_worker("generator-1", **LASTING_LEASE)
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
