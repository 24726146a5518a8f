"""What forgotten runs left elsewhere: noted with the run's end, and deleted whatever dies in between."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from integration.protocol.tables import RunsDatabase
from integration.worker.desks import PostgresRunsDesk
from integration.worker.test_runs_port import ended, taken
from pressroom_common.contracts import GENERATE_ARTICLE, GENERATE_PROMPT, FinishedRun
from pressroom_common.errors import Unavailable
from pressroom_common.ids import uuid7
from pressroom_common.worker.clearing import PAGE, Clearing, Keeping
from pressroom_common.worker.repository import PostgresRuns
from pressroom_generator.main import keeping
from pressroom_generator.storage import FolderStorage

KINDS = frozenset({GENERATE_ARTICLE})
BEGINNING = UUID(int=0)


@pytest.fixture
def runs(shared_runs: RunsDatabase, empty_runs: PostgresRunsDesk) -> PostgresRuns:
    """Of a service that keeps something of articles."""
    return shared_runs.runs(keeping=KINDS)


async def finished(desk: PostgresRunsDesk, kind: str = GENERATE_ARTICLE, count: int = 1) -> list[FinishedRun]:
    """Runs that ended, as the ledger tells to forget them."""
    told = []
    for _ in range(count):
        row = await ended(desk, await taken(desk, job_id=uuid7(), kind=kind), "completed")
        assert row is not None
        told.append(FinishedRun(job_id=row.job_id, attempt=row.attempt, n=row.n))
    return told


async def noted(runs: PostgresRuns) -> list[UUID]:
    return await runs.belongings(BEGINNING, 1000)


def files(folder: Path, told: Sequence[FinishedRun]) -> list[Path]:
    """Two for each job."""
    made = [folder / str(run.job_id) / name for run in told for name in ("image-1.png", ".left-by-a-crash.new")]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return made


async def test_files_of_a_run_that_a_process_without_storage_forgot_are_deleted_by_one_that_has_it(
    shared_runs: RunsDatabase, empty_runs: PostgresRunsDesk, tmp_path: Path
) -> None:
    without = keeping(None)
    runs = shared_runs.runs(keeping=without.kinds)
    told = await finished(empty_runs)
    made = files(tmp_path, told)
    await runs.forget(told)
    await Clearing(runs, without).sweep()
    assert await noted(runs) == [told[0].job_id]
    assert all(path.exists() for path in made)
    await Clearing(runs, keeping(FolderStorage(tmp_path))).sweep()
    assert await noted(runs) == []
    assert not any(path.exists() for path in made)


async def test_a_forgotten_run_of_a_kind_that_keeps_something_is_noted(
    runs: PostgresRuns, empty_runs: PostgresRunsDesk
) -> None:
    told = await finished(empty_runs)
    others = await finished(empty_runs, GENERATE_PROMPT)
    assert await runs.forget([*told, *others]) == 2
    assert await noted(runs) == [told[0].job_id]
    assert await runs.forget(told) == 0
    assert await noted(runs) == [told[0].job_id]


async def test_a_run_that_stays_is_not_noted(runs: PostgresRuns, empty_runs: PostgresRunsDesk) -> None:
    [told] = await finished(empty_runs)
    assert await runs.forget([FinishedRun(job_id=told.job_id, attempt=told.attempt, n=told.n - 1)]) == 0
    assert await runs.forget([FinishedRun(job_id=uuid7(), attempt=1, n=1)]) == 0
    assert await noted(runs) == []


async def test_files_go_with_their_job_and_those_of_others_stay(
    runs: PostgresRuns, empty_runs: PostgresRunsDesk, tmp_path: Path
) -> None:
    told, kept = await finished(empty_runs, count=PAGE + 3), await finished(empty_runs)
    gone, stay = files(tmp_path, told), files(tmp_path, kept)
    clearing = Clearing(runs, keeping(FolderStorage(tmp_path)))
    await clearing.sweep()
    assert all(path.exists() for path in (*gone, *stay))
    await runs.forget(told)
    await clearing.sweep()
    assert not any(path.parent.exists() for path in gone)
    assert all(path.exists() for path in stay)
    assert await noted(runs) == []


@pytest.mark.parametrize("deleted_before_it_died", [False, True])
async def test_a_process_that_dies_over_it_leaves_it_to_the_next(
    runs: PostgresRuns, empty_runs: PostgresRunsDesk, tmp_path: Path, deleted_before_it_died: bool
) -> None:
    told = await finished(empty_runs, count=3)
    left, storage = files(tmp_path, told), FolderStorage(tmp_path)

    async def dies(job_id: UUID) -> None:
        if deleted_before_it_died:
            await storage.delete(str(job_id))
        raise KeyError(job_id)

    await runs.forget(told)
    with pytest.raises(KeyError):
        await Clearing(runs, Keeping(KINDS, dies)).sweep()
    assert await noted(runs) == sorted(run.job_id for run in told)
    await Clearing(runs, keeping(storage)).sweep()
    assert not any(path.exists() for path in left)
    assert await noted(runs) == []


async def test_a_storage_that_is_away_keeps_nobody_from_forgetting(
    runs: PostgresRuns, empty_runs: PostgresRunsDesk
) -> None:
    async def away(job_id: UUID) -> None:
        raise Unavailable(f"away: {job_id}")

    told = await finished(empty_runs, count=2)
    assert await runs.forget(told) == 2
    await Clearing(runs, Keeping(KINDS, away)).sweep()
    assert await noted(runs) == sorted(run.job_id for run in told)


async def test_two_processes_at_once_do_no_harm(
    runs: PostgresRuns, empty_runs: PostgresRunsDesk, tmp_path: Path
) -> None:
    told = await finished(empty_runs, count=2 * PAGE)
    left = files(tmp_path, told)
    sweeps = [Clearing(runs, keeping(FolderStorage(tmp_path))) for _ in range(3)]
    await asyncio.gather(runs.forget(told), runs.forget(told[::-1]))
    await asyncio.gather(*(each.sweep() for each in sweeps))
    assert not any(path.exists() for path in left)
    assert await noted(runs) == []


async def test_a_page_goes_on_where_the_last_one_ended(runs: PostgresRuns, empty_runs: PostgresRunsDesk) -> None:
    told = await finished(empty_runs, count=5)
    await runs.forget(told)
    jobs = sorted(run.job_id for run in told)
    assert await runs.belongings(BEGINNING, 2) == jobs[:2]
    assert await runs.belongings(jobs[1], 2) == jobs[2:4]
    await runs.cleared([jobs[0], uuid7()])
    assert await noted(runs) == jobs[1:]
