"""Workers that are killed at any point: nothing is lost or comes out twice, and what may be paid twice is marked."""

from pathlib import Path
from uuid import UUID

import pytest

from integration.delivery.doom import POINTS, Doom, Point, read_testaments
from integration.delivery.system import SHORT_LEASE, System

LIVES = ["doomed-1", "doomed-1", "doomed-2", "doomed-3"]
"""Two take over as their predecessors, whose name they bear; the others find orphans by their leases."""
JOBS = 50
"""In each life: 1,000 over all of them and the five points."""


@pytest.mark.parametrize("point", POINTS)
async def test_killed_workers_lose_nothing_and_buy_again_only_what_was_in_flight(
    system: System, tmp_path: Path, point: Point
) -> None:
    doom = Doom(point=point, passes=12, lives=LIVES, testament=str(tmp_path / "testaments.jsonl"))
    await system.start_worker("steady-1", slots_default=1, **SHORT_LEASE)
    doomed = system.start_doomed_worker("doomed", doom, slots_default=10, **SHORT_LEASE)

    ids: list[UUID] = []
    for life in range(len(LIVES)):
        await doomed.is_ready()
        ids += await system.submit(*(f"Write about river {n} of land {life}" for n in range(JOBS)))
        await system.has_lost(doom, life + 1)
    rows = (await system.check(ids)).of(ids)

    testaments = read_testaments(doom.testament)
    assert [last.point for last in testaments] == [point] * len(LIVES)
    assert {job.status for job in rows.jobs.values()} == {"completed"}
    in_flight = {id_ for last in testaments for id_ in last.in_flight}
    marked = {call.id for call in rows.all_calls if call.possible_double_charge}
    bought_again = {call.id for calls in rows.second_calls() for call in calls[:-1]}
    assert bought_again <= marked <= in_flight


async def test_a_job_that_kills_every_worker_fails_as_worker_lost(system: System, tmp_path: Path) -> None:
    cap = 5
    will = str(tmp_path / "testaments.jsonl")
    doom = Doom(point="in the call", passes=1, lives=["doomed-1"] * cap, testament=will)
    system.start_doomed_worker("doomed", doom, claim_cap=cap)

    [id_] = await system.submit("Write about poison")
    await system.has_lost(doom, cap)
    rows = await system.check([id_])

    error = (await system.shown(id_))["error"]
    assert (error["code"], error["retryable"]) == ("worker_lost", False)
    assert rows.jobs[id_].attempt == 1
    assert [call.outcome for call in rows.calls[id_]] == ["unknown"] * cap  # the survivor did not buy once more
