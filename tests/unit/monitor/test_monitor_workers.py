"""In what state a worker is."""

import pytest

from pressroom_common.reads import WorkerCounts, WorkerState
from pressroom_monitor.workers import worker_counts, worker_state


@pytest.mark.parametrize(
    ("stopped", "draining", "age", "state"),
    [
        (False, False, 0, "alive"),
        (False, False, 119.9, "alive"),
        (False, False, 120, "stale"),
        (False, True, 5, "draining"),
        (False, True, 300, "stale"),
        (True, False, 5, "stopped"),
        (True, True, 5, "stopped"),
        (True, False, 300, "stopped"),
    ],
)
def test_state_of_a_worker(stopped: bool, draining: bool, age: float, state: WorkerState) -> None:
    assert worker_state(stopped=stopped, draining=draining, age=age, stale=120) == state


def test_workers_are_counted_by_state() -> None:
    assert worker_counts(["alive", "stale", "alive"]) == WorkerCounts(alive=2, stale=1)
