"""What goes into the ledger's tables beside decisions, and what is read from them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct
from msgspec.structs import replace

from pressroom_common.contracts import TERMINAL, CancelReason, ExecutionMode, JobError, JobStatus, Lane, Step, Usage

from .job import OnFailure


class NewJob(Struct, frozen=True, kw_only=True):
    """A job as somebody asks for it."""

    id: UUID
    tenant_id: UUID
    kind: str
    lane: Lane
    queue: str
    """Of its lane, at the service that runs its kind."""
    execution_mode: ExecutionMode
    input: Raw
    created_by: str
    model: str
    request_id: str
    traceparent: str
    run_at: datetime | None = None
    sync_until: datetime | None = None
    concurrency_key: str | None = None
    origin_id: UUID | None = None
    """The job that this one repeats with edits."""
    metadata: Raw | None = None
    prompt_id: UUID | None = None
    prompt_version: int | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None
    """Hash of the request's body, in hexadecimal."""
    follower: str = ""
    """The gateway process that follows it from the beginning."""
    batch_id: UUID | None = None
    name: str | None = None
    """By which others of its batch depend on it."""
    needed: bool = False
    """Others do."""
    waits_on: int = 0
    """On how many others it depends."""
    on_failure: OnFailure = "fail"


class Dependency(Struct, frozen=True, kw_only=True):
    job_id: UUID
    on_job_id: UUID
    token: str | None = None
    """In the job's input: the other one's content takes its place."""


class NewBatch(Struct, frozen=True, kw_only=True):
    """Jobs that somebody asks for together: all of them are made, or none."""

    id: UUID
    tenant_id: UUID
    kind: str
    created_by: str
    jobs: list[NewJob]
    dependencies: list[Dependency]
    refused: Raw
    """What is wrong with items of the request that became no jobs."""
    name: str | None = None
    metadata: Raw | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None
    """Hash of the request's body, in hexadecimal."""


class Needed(Struct, frozen=True, kw_only=True):
    """A job that another one depends on, as it stands."""

    id: UUID
    name: str
    status: JobStatus | Literal["gone"]
    """`gone`: it was deleted."""


class Mark(Struct, frozen=True, kw_only=True):
    """That a job ended or began anew, and nobody has looked yet at what that means."""

    id: UUID
    seen: str
    """Its row as it was then."""


class Measured(Struct, frozen=True, kw_only=True):
    """A text as it will be with those of others in their places."""

    length: int
    """Characters."""
    size: int
    """Bytes."""


class Output(Struct, frozen=True, kw_only=True):
    """What a job has to put in place of a token before it may run."""

    token: str
    result: Raw | None
    """None: it was deleted."""


class MadeJob(Struct, frozen=True, kw_only=True):
    """A job that stands in the ledger."""

    id: UUID
    status: JobStatus
    created_at: datetime
    out: bool = False
    fingerprint: str = ""
    """Of a job that an idempotency key made before."""

    @property
    def repeated(self) -> bool:
        return bool(self.fingerprint)


class DueJob(Struct, frozen=True, kw_only=True):
    """What a command needs besides the job and its input."""

    size: int
    """Of the input, in bytes."""
    request_id: str
    held: bool = False
    """Its snooze is over, but its lane, kind or tenant is paused."""


class JobInput(Struct, frozen=True, kw_only=True):
    """What a job was made of, to make another one from it."""

    kind: str
    lane: Lane
    over: bool
    unfilled: bool
    """Its text still waits for what other jobs make."""
    input: Raw
    metadata: Raw | None
    prompt_id: UUID | None
    prompt_version: int | None


class Ahead(Struct, frozen=True, kw_only=True):
    """Waiting jobs, each count up to 10,000."""

    own: int
    """Of the same tenant and lane, before this one."""
    lane: int
    """In the lane, of all tenants."""
    tenants: int
    """That wait in the lane."""
    per_second: float | None
    """Jobs of the lane that ended lately."""


class JobView(Struct, frozen=True, kw_only=True):
    """A job as its owner may see it."""

    id: UUID
    kind: str
    lane: Lane
    execution_mode: ExecutionMode
    status: JobStatus
    attempt: int
    attempt_base: int
    run_at: datetime | None
    created_by: str
    prompt_id: UUID | None
    prompt_version: int | None
    model: str
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    cancel_requested: CancelReason | None
    held_by: str | None
    held_at: datetime | None
    origin_id: UUID | None
    error: JobError | None
    usage: dict[str, Usage]
    steps: tuple[Step, ...] = ()
    batch_id: UUID | None = None
    name: str | None = None
    metadata: Raw | None
    result: Raw | None
    tenant_id: UUID | None = None
    """Told to administrators."""

    @property
    def over(self) -> bool:
        return self.status in TERMINAL


class LoggedTransition(Struct, frozen=True, kw_only=True):
    version: int
    status: JobStatus
    attempt: int
    at: datetime
    error: JobError | None
    worker: str


class JobFilter(Struct, frozen=True, kw_only=True):
    """Jobs of all tenants. None: whatever."""

    tenant_id: UUID | None = None
    ids: list[UUID] | None = None
    statuses: list[str] | None = None
    kind: str | None = None
    lane: str | None = None
    execution_mode: str | None = None
    error_code: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None

    def with_statuses(self, statuses: list[str]) -> "JobFilter":
        return replace(self, statuses=statuses)


class ListQuery(Struct, frozen=True, kw_only=True):
    """Newest first, older than `before`. None: whatever."""

    tenant_id: UUID
    before: UUID
    limit: int
    statuses: list[str] | None = None
    batch_id: UUID | None = None
    kind: str | None = None
    """May end in `%`."""
    lane: str | None = None
    execution_mode: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    with_result: bool = False
