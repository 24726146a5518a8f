"""The lives of jobs as the services tell them: in waves, each event packed with others of its kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from pressroom_common import topology
from pressroom_common.contracts import JobMeasures, JobTransitions, Snapshot, Transition, Usage, encode
from pressroom_common.ids import snapshot_id, uuid7

EVENTS_OF_A_JOB = 5
_WAVE = 10_000
"""Jobs that are at the same point of their life: more than a batch holds events, so that no job is in it twice."""
_KINDS = ("generation.prompt", "generation.article", "site.promote")
_TRACEPARENT = f"00-{'ab' * 16}-{'cd' * 8}-01"


@dataclass(frozen=True)
class Body:
    """One message, as it is published."""

    key: str
    body: bytes


@dataclass(frozen=True)
class _Job:
    id: UUID
    tenant: UUID
    kind: str
    created_at: datetime


def bodies(jobs: int, packed: int) -> list[Body]:
    """Five events a job (pending, running, processing, completed twice), `packed` events a message."""
    tenants = [uuid7() for _ in range(20)]
    lives = [_job(number, tenants) for number in range(jobs)]
    waves = (lives[begin : begin + _WAVE] for begin in range(0, jobs, _WAVE))
    return list(chain.from_iterable(_wave(wave, packed) for wave in waves))


def _job(number: int, tenants: Sequence[UUID]) -> _Job:
    return _Job(uuid7(), tenants[number % len(tenants)], _KINDS[number % len(_KINDS)], datetime.now(UTC))


def _wave(jobs: Sequence[_Job], packed: int) -> Iterator[Body]:
    yield from _transitions([_transition(job, "pending", 1, 0.0) for job in jobs], packed)
    yield from _measures([_snapshot(job, "running", 1, 0.1) for job in jobs], packed)
    yield from _transitions([_transition(job, "processing", 2, 0.1) for job in jobs], packed)
    yield from _measures([_snapshot(job, "completed", 2, 2.5) for job in jobs], packed)
    yield from _transitions([_transition(job, "completed", 3, 2.5) for job in jobs], packed)


def _transitions(entries: Sequence[Transition], packed: int) -> Iterator[Body]:
    for part in _parts(entries, packed):
        message = JobTransitions(id=uuid7(), source="gateway-1", time=datetime.now(UTC), transitions=part)
        yield Body(topology.TRANSITIONS_KEY, encode(message))


def _measures(told: Sequence[Snapshot], packed: int) -> Iterator[Body]:
    for part in _parts(told, packed):
        message = JobMeasures(id=uuid7(), source="generator-1", time=datetime.now(UTC), snapshots=part)
        yield Body(topology.MEASURES_KEY, encode(message))


def _parts(events: Sequence[Any], size: int) -> Iterator[tuple[Any, ...]]:
    return (tuple(events[begin : begin + size]) for begin in range(0, len(events), size))


def _transition(job: _Job, status: Any, version: int, seconds: float) -> Transition:
    return Transition(
        job_id=job.id,
        version=version,
        tenant_id=job.tenant,
        kind=job.kind,
        lane="default",
        execution_mode="async",
        status=status,
        attempt=1,
        at=job.created_at + timedelta(seconds=seconds),
        created_at=job.created_at,
    )


def _snapshot(job: _Job, state: Any, n: int, seconds: float) -> Snapshot:
    ended = state == "completed"
    time = job.created_at + timedelta(seconds=seconds)
    return Snapshot(
        id=snapshot_id(job.id, 1, n),
        tenant_id=job.tenant,
        job_id=job.id,
        kind=job.kind,
        attempt=1,
        claim=1,
        n=n,
        dispatch=1,
        state=state,
        time=time,
        holder="generator-1",
        traceparent=_TRACEPARENT,
        started_at=job.created_at + timedelta(seconds=0.1),
        ended_at=time if ended else None,
        usage={"gpt-5.4-mini": Usage(calls=1, input_tokens=812, output_tokens=344)} if ended else {},
    )
