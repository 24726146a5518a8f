"""Runs of deleted jobs, in every adapter of the run tables."""

import asyncio
from uuid import UUID

import pytest
from msgspec import Raw

from integration.worker.desks import PostgresRunsDesk, RunsDesk
from integration.worker.test_runs_port import JOB, bill, ended, recorded, taken
from pressroom_common.contracts import FinishedRun
from pressroom_common.ids import uuid7
from pressroom_common.worker.records import Checkpoint

STRANGER = UUID(int=99)


def finished(attempt: int = 1, n: int = 3, job_id: UUID = JOB) -> FinishedRun:
    return FinishedRun(job_id=job_id, attempt=attempt, n=n)


async def worked(desk: RunsDesk) -> None:
    """A completed run at (1, 3), with a step and a call."""
    row = await taken(desk)
    call = await recorded(desk, row)
    step = Checkpoint(job_id=JOB, attempt=row.attempt, claim=row.claim, name="text", result=Raw(b"1"), seconds=1.0)
    assert await desk.runs().checkpoint(step, [])
    completed = await ended(desk, row, "completed", bill(call))
    assert completed is not None
    assert (completed.attempt, completed.n) == (1, 3)


async def is_there(desk: RunsDesk) -> tuple[bool, bool]:
    """The run, its steps."""
    [row] = await desk.runs().read([JOB])
    return row is not None, bool(await desk.runs().steps(JOB))


async def test_a_run_goes_with_its_steps(desk: RunsDesk) -> None:
    await worked(desk)
    assert await desk.runs().forget([finished(), finished(job_id=STRANGER)]) == 1
    assert await is_there(desk) == (False, False)
    assert await desk.runs().forget([finished()]) == 0


@pytest.mark.parametrize(("attempt", "n"), [(1, 2), (0, 99)])
async def test_a_run_beyond_what_is_told_stays_whole(desk: RunsDesk, attempt: int, n: int) -> None:
    await worked(desk)
    assert await desk.runs().forget([finished(attempt, n)]) == 0
    assert await is_there(desk) == (True, True)


@pytest.mark.parametrize(("attempt", "n"), [(1, 4), (2, 1), (2, 3)])
async def test_a_run_before_what_is_told_goes(desk: RunsDesk, attempt: int, n: int) -> None:
    await worked(desk)
    assert await desk.runs().forget([finished(attempt, n)]) == 1
    assert await is_there(desk) == (False, False)


async def test_other_runs_stay(desk: RunsDesk) -> None:
    await worked(desk)
    other = await taken(desk, job_id=uuid7())
    await desk.runs().forget([finished()])
    assert await desk.runs().read([other.job_id]) == [other]


async def test_no_call_is_left_behind_and_two_at_once_do_no_harm(empty_runs: PostgresRunsDesk) -> None:
    jobs = [uuid7() for _ in range(200)]
    for job_id in jobs:
        row = await taken(empty_runs, job_id=job_id)
        await ended(empty_runs, row, "failed")
    await worked(empty_runs)
    told = [finished(job_id=job_id) for job_id in (*jobs, JOB)]
    counts = await asyncio.gather(*(empty_runs.runs().forget(order) for order in (told, told[::-1])))
    assert sum(counts) == len(told)
    for table in ("runs", "calls", "steps"):
        assert await empty_runs.count(table) == 0
