"""What goes into the history's tables, and what a fold says it has changed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from pressroom_common.contracts import ErrorClass, ExecutionMode, JobStatus, Lane, RunState, Usage


class JobRow(Struct, frozen=True, kw_only=True):
    """A job as the ledger's log tells it, and the log alone."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    lane: Lane
    execution_mode: ExecutionMode
    status: JobStatus
    version: int
    attempt: int
    error_code: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    """When it was first processing, of all that was told of it."""
    completed_at: datetime | None
    """When it ended, while it is at an end."""


class EndingRow(Struct, frozen=True, kw_only=True):
    """A job came to an end. One that is tried again by hand can do so several times."""

    job_id: UUID
    version: int
    tenant_id: UUID
    kind: str
    execution_mode: ExecutionMode
    status: JobStatus
    error_code: str
    created_at: datetime
    ended_at: datetime


class AttemptRow(Struct, frozen=True, kw_only=True):
    """One attempt at a job, as its run stood when it was last told."""

    job_id: UUID
    attempt: int
    tenant_id: UUID
    kind: str
    claim: int
    n: int
    state: RunState
    holder: str
    started_at: datetime | None
    ended_at: datetime | None
    error_code: str
    error_class: ErrorClass | None
    told_at: datetime


class UsageRow(Struct, frozen=True, kw_only=True):
    """What a job has used over all its attempts: the sums, and by model."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    attempt: int
    n: int
    told_at: datetime
    calls: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    estimated_calls: int
    unknown_calls: int
    by_model: dict[str, Usage]


class WorkerRow(Struct, frozen=True, kw_only=True):
    """A worker process, as it last told of itself."""

    name: str
    service: str
    version: str
    started_at: datetime
    told_at: datetime
    pid: int
    host: str
    slots: dict[Lane, int]
    holds: int
    draining: bool
    stopped: bool
    rss_bytes: int
    done: int
    log_level: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of events, folded: at most one row per key in each table."""

    jobs: list[JobRow] = field(default_factory=list)
    endings: list[EndingRow] = field(default_factory=list)
    attempts: list[AttemptRow] = field(default_factory=list)
    usages: list[UsageRow] = field(default_factory=list)
    workers: list[WorkerRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Advance:
    """The cursor in the ledger's log moves on, unless somebody else has moved it meanwhile."""

    after: str
    to: str


@dataclass(frozen=True, slots=True)
class JobsEnded:
    """Jobs whose end is news, with the seconds from creation to end of each."""

    kind: str
    status: str
    seconds: list[float]


@dataclass(frozen=True, slots=True)
class AttemptsEnded:
    """Attempts whose end is news. `seconds` are those of the ones that had begun."""

    kind: str
    state: str
    error_code: str
    attempts: int
    seconds: list[float]


@dataclass(frozen=True, slots=True)
class TokensUsed:
    """What jobs of a kind have used beyond what was known of them."""

    kind: str
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    unknown_calls: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a fold has changed. Folded again, the same events change nothing: so this is what may be counted."""

    jobs: int = 0
    jobs_ended: list[JobsEnded] = field(default_factory=list)
    attempts_ended: list[AttemptsEnded] = field(default_factory=list)
    tokens_used: list[TokensUsed] = field(default_factory=list)
