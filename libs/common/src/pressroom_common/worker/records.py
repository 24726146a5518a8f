"""What goes into the run tables, and what comes out."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from pressroom_common.contracts import NOTHING, CancelReason, JobError, RunState, Snapshot, Step, Usage
from pressroom_common.ids import snapshot_id

CallOutcome = Literal[
    "answered",  # the provider answered, and told what it cost
    "refused",  # the provider answered with an error: nothing was bought
    "unknown",  # the answer was lost: possibly charged
]


class Claim(Struct, frozen=True, kw_only=True):
    """Somebody wants to run this attempt."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    attempt: int
    dispatch: int
    traceparent: str
    not_after: datetime
    force_n: int | None = None
    redo: tuple[str, ...] = ()


class Fence(Struct, frozen=True, kw_only=True):
    """A hold on a run: writes under it count only while it stands."""

    job_id: UUID
    attempt: int
    claim: int


class CallRecord(Struct, frozen=True, kw_only=True):
    """A paid call, as it is recorded before it is sent."""

    id: UUID
    job_id: UUID
    attempt: int
    claim: int
    step: str
    model: str


class Bill(Struct, frozen=True, kw_only=True):
    """What became of a recorded call, and what it cost."""

    id: UUID
    job_id: UUID
    step: str
    outcome: CallOutcome
    usage: Usage


class Outcome(Struct, frozen=True, kw_only=True):
    """How a claim ends: the only place where a run's state is decided by its holder."""

    job_id: UUID
    attempt: int
    claim: int
    state: RunState
    result: Raw | None = None
    error: JobError | None = None
    snooze_seconds: float | None = None
    steps: dict[str, Step] = {}
    """Those that failed, and the run with them."""

    @property
    def fence(self) -> Fence:
        return Fence(job_id=self.job_id, attempt=self.attempt, claim=self.claim)


class Checkpoint(Struct, frozen=True, kw_only=True):
    """The stored result of a step. `error`: it failed, and the run goes on without it."""

    job_id: UUID
    attempt: int
    claim: int
    name: str
    result: Raw
    seconds: float
    """That it took."""
    error: JobError | None = None


class Cancellation(Struct, frozen=True, kw_only=True):
    job_id: UUID
    tenant_id: UUID
    kind: str
    attempt: int
    dispatch: int
    traceparent: str
    reason: CancelReason


class RunRow(Struct, frozen=True, kw_only=True):
    """A row of `runs`."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    attempt: int
    claim: int
    n: int
    dispatch: int
    state: RunState
    holder: str
    traceparent: str
    cancelled_by: CancelReason | None
    started_at: datetime | None
    ended_at: datetime | None
    not_before: datetime | None
    updated_at: datetime
    error: JobError | None
    usage: dict[str, Usage]
    steps: dict[str, Step]
    result: Raw | None

    @property
    def fence(self) -> Fence:
        return Fence(job_id=self.job_id, attempt=self.attempt, claim=self.claim)

    def snapshot(self) -> Snapshot:
        return Snapshot(
            id=snapshot_id(self.job_id, self.attempt, self.n),
            tenant_id=self.tenant_id,
            job_id=self.job_id,
            kind=self.kind,
            attempt=self.attempt,
            claim=self.claim,
            n=self.n,
            dispatch=self.dispatch,
            state=self.state,
            time=self.updated_at,
            holder=self.holder,
            traceparent=self.traceparent,
            cancelled_by=self.cancelled_by,
            started_at=self.started_at,
            ended_at=self.ended_at,
            not_before=self.not_before,
            error=self.error,
            usage=self.usage,
            steps=tuple(sorted(self.steps.values(), key=lambda step: (step.ended_at, step.name))),
            result=self.result or NOTHING,
        )
