"""When what forgotten runs left elsewhere is deleted, and when its note stays."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from pressroom_common.errors import Refused, Unavailable
from pressroom_common.worker.clearing import NOTHING, PAGE, Clearing, Keeping

JOBS = [UUID(int=number) for number in range(1, 3 * PAGE)]


class Notes:
    """In a list, as the table has them."""

    def __init__(self, jobs: Sequence[UUID]) -> None:
        self.jobs = list(jobs)

    async def belongings(self, after: UUID, limit: int) -> list[UUID]:
        return sorted(job for job in self.jobs if job > after)[:limit]

    async def cleared(self, job_ids: Sequence[UUID]) -> None:
        self.jobs = [job for job in self.jobs if job not in job_ids]


class Shelf:
    """What is kept of jobs; some cannot be deleted."""

    def __init__(self, stuck: Sequence[UUID] = (), error: Exception | None = None) -> None:
        self.stuck = set(stuck)
        self.error = error or Unavailable("away")
        self.tried: list[UUID] = []

    async def delete(self, job_id: UUID) -> None:
        self.tried.append(job_id)
        if job_id in self.stuck:
            raise self.error

    def keeping(self) -> Keeping:
        return Keeping(frozenset({"generation.article"}), self.delete)


async def test_all_that_is_noted_is_deleted_and_struck_off() -> None:
    notes, shelf = Notes(JOBS), Shelf()
    await Clearing(notes, shelf.keeping()).sweep()
    assert (notes.jobs, shelf.tried) == ([], JOBS)


@pytest.mark.parametrize("error", [Unavailable("away"), Refused("not allowed")])
async def test_what_cannot_be_deleted_stays_noted_and_stops_nothing_else(error: Exception) -> None:
    stuck = [JOBS[0], JOBS[PAGE - 1], JOBS[PAGE], JOBS[-1]]
    notes, shelf = Notes(JOBS), Shelf(stuck, error)
    await Clearing(notes, shelf.keeping()).sweep()
    assert notes.jobs == stuck
    assert shelf.tried == JOBS, "each once in a sweep"
    shelf.stuck.clear()
    await Clearing(notes, shelf.keeping()).sweep()
    assert notes.jobs == []


async def test_a_storage_that_is_away_is_not_asked_for_every_job() -> None:
    notes, shelf = Notes(JOBS), Shelf(JOBS)
    await Clearing(notes, shelf.keeping()).sweep()
    assert notes.jobs == JOBS
    assert shelf.tried == JOBS[:PAGE]


async def test_who_keeps_nothing_strikes_nothing_off() -> None:
    notes = Notes(JOBS)
    await Clearing(notes, NOTHING).sweep()
    assert notes.jobs == JOBS
