"""SIGTERM: a worker finishes what it can, hands back the rest, and ends well."""

import signal
import time

from integration.delivery.system import System

DRAIN_SECONDS = 1.0


async def test_a_drained_worker_hands_back_its_runs_and_another_finishes_them(system: System) -> None:
    leaving = await system.start_worker("generator-1", drain_seconds=DRAIN_SECONDS)
    await system.provider.behaves(latency_ms=60_000)
    ids = await system.submit(*(f"Write about lake {n}" for n in range(5)))
    await system.provider.in_flight(5)
    await system.provider.behaves()

    asked = time.monotonic()
    leaving.signal(signal.SIGTERM)
    assert await leaving.exit_code() == 0
    assert DRAIN_SECONDS <= time.monotonic() - asked < DRAIN_SECONDS + 20
    assert {run.state for run in (await system.rows()).of(ids).runs.values()} == {"orphaned"}

    await system.start_worker("generator-2")
    rows = (await system.check(ids)).of(ids)
    assert {(job.status, job.attempt) for job in rows.jobs.values()} == {("completed", 1)}
    assert {(run.claim, run.claims, run.holder) for run in rows.runs.values()} == {(2, 1, "generator-2")}
    first, second = zip(*(rows.calls[id_] for id_ in ids), strict=True)
    assert {(call.outcome, call.possible_double_charge) for call in first} == {("unknown", True)}
    assert {(call.outcome, call.possible_double_charge) for call in second} == {("answered", False)}


async def test_a_drained_worker_finishes_runs_that_end_in_time(system: System) -> None:
    leaving = await system.start_worker("generator-1", drain_seconds=30)
    await system.provider.behaves(latency_ms=2_000)
    ids = await system.submit(*(f"Write about pond {n}" for n in range(5)))
    await system.provider.in_flight(5)

    leaving.signal(signal.SIGTERM)
    assert await leaving.exit_code() == 0
    rows = (await system.check(ids)).of(ids)  # there is no other worker
    assert {(run.state, run.claim, run.holder) for run in rows.runs.values()} == {("completed", 1, "generator-1")}
    assert len(rows.all_calls) == 5
