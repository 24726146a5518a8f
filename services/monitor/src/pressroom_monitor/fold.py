"""Events to rows. Pure, and blind to order, duplicates and batching: of what is told twice, the newest stays."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pressroom_common.contracts import TERMINAL, Snapshot, Transition, Usage, WorkerHeartbeat, total_usage

from .records import AttemptRow, EndingRow, JobRow, Rows, UsageRow, WorkerRow

Item = TypeVar("Item")


class Comparable(Protocol):
    def __gt__(self, other: Any, /) -> bool: ...


def fold(
    snapshots: Iterable[Snapshot] = (),
    transitions: Iterable[Transition] = (),
    heartbeats: Iterable[WorkerHeartbeat] = (),
) -> Rows:
    """The rows that these events alone amount to. `statements.py` folds them into those that stand already."""
    snapshots, transitions = tuple(snapshots), tuple(transitions)
    return Rows(
        jobs=_jobs(transitions),
        endings=[_ending(told) for told in _endings(transitions)],
        attempts=[_attempt(told) for told in _newest(snapshots, lambda s: (s.job_id, s.attempt), lambda s: s.n)],
        usages=[_usage(told) for told in _newest(_with_usage(snapshots), lambda s: s.job_id, _place)],
        workers=[_worker(told) for told in _newest(heartbeats, lambda beat: beat.worker, _age)],
    )


def _newest(
    items: Iterable[Item], key: Callable[[Item], Hashable], order: Callable[[Item], Comparable]
) -> Iterable[Item]:
    newest: dict[Hashable, Item] = {}
    for item in items:
        known = newest.setdefault(key(item), item)
        if known is not item and order(item) > order(known):
            newest[key(item)] = item
    return newest.values()


def _place(snapshot: Snapshot) -> tuple[int, int]:
    return snapshot.attempt, snapshot.n


def _age(beat: WorkerHeartbeat) -> tuple[datetime, datetime]:
    """A process that began later speaks for its name, whatever its predecessor's last words."""
    return beat.heartbeat.started_at, beat.time


def _with_usage(snapshots: Iterable[Snapshot]) -> Iterable[Snapshot]:
    """Usage only grows: who tells none knows of none yet."""
    return (snapshot for snapshot in snapshots if snapshot.usage)


def _jobs(transitions: tuple[Transition, ...]) -> list[JobRow]:
    starts = _starts(transitions)
    newest = _newest(transitions, lambda told: told.job_id, lambda told: told.version)
    return [_job(told, starts.get(told.job_id)) for told in newest]


def _starts(transitions: Iterable[Transition]) -> dict[UUID, datetime]:
    starts: dict[UUID, datetime] = {}
    for told in transitions:
        if told.status == "processing":
            starts[told.job_id] = min(told.at, starts.get(told.job_id, told.at))
    return starts


def _endings(transitions: Iterable[Transition]) -> Iterable[Transition]:
    ends = (told for told in transitions if told.status in TERMINAL)
    return _newest(ends, lambda told: (told.job_id, told.version), lambda told: told.version)


def _job(told: Transition, started_at: datetime | None) -> JobRow:
    return JobRow(
        job_id=told.job_id,
        tenant_id=told.tenant_id,
        kind=told.kind,
        lane=told.lane,
        execution_mode=told.execution_mode,
        status=told.status,
        version=told.version,
        attempt=told.attempt,
        error_code=told.error_code,
        created_at=told.created_at,
        updated_at=told.at,
        started_at=started_at,
        completed_at=told.at if told.status in TERMINAL else None,
    )


def _ending(told: Transition) -> EndingRow:
    return EndingRow(
        job_id=told.job_id,
        version=told.version,
        tenant_id=told.tenant_id,
        kind=told.kind,
        execution_mode=told.execution_mode,
        status=told.status,
        error_code=told.error_code,
        created_at=told.created_at,
        ended_at=told.at,
    )


def _attempt(told: Snapshot) -> AttemptRow:
    return AttemptRow(
        job_id=told.job_id,
        attempt=told.attempt,
        tenant_id=told.tenant_id,
        kind=told.kind,
        claim=told.claim,
        n=told.n,
        state=told.state,
        holder=told.holder,
        started_at=told.started_at,
        ended_at=told.ended_at,
        error_code=told.error.code if told.error else "",
        error_class=told.error.error_class if told.error else None,
        told_at=told.time,
    )


def _usage(told: Snapshot) -> UsageRow:
    total = _sum(told.usage)
    return UsageRow(
        job_id=told.job_id,
        tenant_id=told.tenant_id,
        kind=told.kind,
        attempt=told.attempt,
        n=told.n,
        told_at=told.time,
        calls=total.calls,
        input_tokens=total.input_tokens,
        cached_input_tokens=total.cached_input_tokens,
        output_tokens=total.output_tokens,
        reasoning_tokens=total.reasoning_tokens,
        estimated_calls=total.estimated_calls,
        unknown_calls=total.unknown_calls,
        by_model=told.usage,
    )


def _sum(by_model: dict[str, Usage]) -> Usage:
    if len(by_model) == 1:  # nearly always, and the general sum costs more than the rest of the fold
        return next(iter(by_model.values()))
    return total_usage(by_model.values())


def _worker(told: WorkerHeartbeat) -> WorkerRow:
    beat = told.heartbeat
    return WorkerRow(
        name=told.worker,
        service=beat.service,
        version=beat.version,
        started_at=beat.started_at,
        told_at=told.time,
        pid=beat.pid,
        host=beat.host,
        slots=beat.slots,
        holds=len(told.holds),
        draining=beat.draining,
        stopped=told.stopped,
        rss_bytes=beat.rss_bytes,
        done=beat.done,
        log_level=beat.log_level,
    )
