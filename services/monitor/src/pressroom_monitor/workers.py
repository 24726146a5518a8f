"""In what state a worker is. Pure."""

from collections.abc import Iterable

from pressroom_common.reads import WorkerCounts, WorkerState


def worker_state(*, stopped: bool, draining: bool, age: float, stale: float) -> WorkerState:
    """`age` is of its last heartbeat, by our clock; `stale` the age from which it counts as dead. Both in seconds."""
    if stopped:
        return "stopped"
    if age >= stale:
        return "stale"
    return "draining" if draining else "alive"


def worker_counts(states: Iterable[WorkerState]) -> WorkerCounts:
    counts: dict[WorkerState, int] = {}
    for state in states:
        counts[state] = counts.get(state, 0) + 1
    return WorkerCounts(**counts)
