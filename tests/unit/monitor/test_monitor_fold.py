"""Events to rows: a table of cases, and any order with any duplicates."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_common.contracts import JobError, Usage
from pressroom_monitor.fold import fold
from pressroom_monitor.records import Rows
from unit.monitor import model
from unit.monitor.events import World, at, heartbeat, job, snapshot, transition, usage_of, worlds


@pytest.mark.parametrize(
    ("statuses", "status", "started", "completed"),
    [
        (["pending"], "pending", None, None),
        (["pending", "processing"], "processing", 2, None),
        (["pending", "processing", "completed"], "completed", 2, 3),
        (["pending", "completed"], "completed", None, 2),
        (["pending", "processing", "failed", "pending", "processing"], "processing", 2, None),
        (["pending", "cancelled"], "cancelled", None, 2),
    ],
)
def test_a_job_is_what_its_newest_transition_says(
    statuses: list[str], status: str, started: int | None, completed: int | None
) -> None:
    log = [transition(status, version) for version, status in enumerate(statuses, 1)]
    (row,) = fold(transitions=log).jobs
    assert (row.status, row.version) == (status, len(statuses))
    assert row.started_at == (at(started) if started else None)
    assert row.completed_at == (at(completed) if completed else None)


def test_every_end_of_a_job_is_one_row() -> None:
    log = [transition(status, version) for version, status in enumerate(["failed", "pending", "completed"], 1)]
    ends = fold(transitions=[*log, *log]).endings
    assert [(row.version, row.status) for row in ends] == [(1, "failed"), (3, "completed")]


@pytest.mark.parametrize(
    ("told", "states"),
    [
        ([("running", 1, 1)], {1: "running"}),
        ([("completed", 1, 2), ("running", 1, 1)], {1: "completed"}),
        ([("failed", 1, 2), ("running", 2, 3)], {1: "failed", 2: "running"}),
        ([("orphaned", 1, 2), ("running", 1, 3), ("orphaned", 1, 2)], {1: "running"}),
    ],
)
def test_an_attempt_is_what_its_highest_n_says(told: list[tuple[str, int, int]], states: dict[int, str]) -> None:
    rows = fold([snapshot(state, n, attempt=attempt) for state, attempt, n in told])
    assert {row.attempt: row.state for row in rows.attempts} == states


def test_the_error_of_an_attempt_is_kept() -> None:
    error = JobError(code="provider_failed", detail="503", error_class="transient")
    (row,) = fold([snapshot("failed", 2, error=error, ended_at=at(9))]).attempts
    assert (row.error_code, row.error_class, row.ended_at) == ("provider_failed", "transient", at(9))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], None),
        ([(1, 1, {})], None),
        ([(1, 1, usage_of(10))], 10),
        ([(1, 2, usage_of(30)), (1, 1, usage_of(10))], 30),
        ([(2, 3, usage_of(50)), (1, 2, usage_of(30))], 50),
        ([(1, 2, usage_of(30)), (2, 3, {})], 30),
        ([(1, 2, usage_of(30) | usage_of(5, model="large"))], 35),
    ],
)
def test_usage_is_that_of_the_highest_attempt_and_n_that_tells_any(
    told: list[tuple[int, int, dict[str, Usage]]], expected: int | None
) -> None:
    rows = fold([snapshot("running", n, attempt=attempt, usage=usage) for attempt, n, usage in told])
    assert [row.input_tokens for row in rows.usages] == ([] if expected is None else [expected])


def test_a_process_that_began_later_speaks_for_its_name() -> None:
    old = heartbeat(time=at(60), started_at=at(0), pid=1, stopped=True)
    new = heartbeat(time=at(50), started_at=at(40), pid=2)
    (row,) = fold(heartbeats=[new, old]).workers
    assert (row.pid, row.stopped) == (2, False)


def test_rows_of_many_jobs_stay_apart() -> None:
    rows = fold([snapshot("running", 1, job_id=job(number)) for number in range(100)])
    assert len({row.job_id for row in rows.attempts}) == 100


@settings(max_examples=2000, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_any_order_with_any_duplicates_folds_to_the_rows_of_the_model(world: World, chance: random.Random) -> None:
    folded = fold(
        told_again(world.snapshots, chance), told_again(world.transitions, chance), told_again(world.heartbeats, chance)
    )
    assert_rows(folded, world)


def told_again(events: tuple[Any, ...], chance: random.Random) -> list[Any]:
    repeated = [*events, *(event for event in events if chance.random() < 0.5)]
    chance.shuffle(repeated)
    return repeated


def assert_rows(rows: Rows, world: World) -> None:
    assert_table(model.jobs(world), {row.job_id: row for row in rows.jobs})
    assert_table(model.endings(world), {(row.job_id, row.version): row for row in rows.endings})
    assert_table(model.attempts(world), {(row.job_id, row.attempt): row for row in rows.attempts})
    assert_table(model.usages(world), {row.job_id: row for row in rows.usages})
    assert_table(model.workers(world), {row.name: row for row in rows.workers})


def assert_table(expected: model.Table, rows: dict[Any, msgspec.Struct]) -> None:
    assert {key: {name: getattr(row, name) for name in expected.get(key, ())} for key, row in rows.items()} == expected
