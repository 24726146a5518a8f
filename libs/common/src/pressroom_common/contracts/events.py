"""Events, in the past tense. They are snapshots with absolute values, so that folds take any order and duplicates."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Raw, Struct

from .envelope import NOTHING, Envelope
from .lifecycle import ErrorClass, ExecutionMode, JobStatus, Lane, RunState, StepState


class JobError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an attempt failed, in words that a client may read."""

    code: str
    detail: str
    error_class: ErrorClass
    retry_after: float | None = None
    """Seconds that the provider asked for."""


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What calls of one model used. Counts of tokens are the provider's unless `estimated_calls` says otherwise."""

    calls: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated_calls: int = 0
    """Calls whose tokens were counted by ourselves."""
    unknown_calls: int = 0
    """Calls whose answer was lost: possibly charged, possibly twice."""


def total_usage(usages: Iterable[Usage]) -> Usage:
    """The sum, field by field."""
    total = dict.fromkeys(Usage.__struct_fields__, 0)
    for usage in usages:
        for field in total:
            total[field] += getattr(usage, field)
    return Usage(**total)


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a run that came to its end: its result is stored, or it failed."""

    name: str
    """`headings`, or `section.3` of several alike."""
    state: StepState = "completed"
    attempt: int
    started_at: datetime
    ended_at: datetime
    usage: dict[str, Usage] = {}
    """By model."""
    error: JobError | None = None


class Snapshot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run as its row stood at (attempt, n). A higher (attempt, n) replaces it."""

    id: UUID
    """uuid5 of (job, attempt, n)."""
    tenant_id: UUID
    job_id: UUID
    kind: str
    attempt: int
    claim: int
    n: int
    dispatch: int
    state: RunState
    time: datetime
    """When this n was written, by the database's clock."""
    holder: str = ""
    traceparent: str = ""
    cancelled_by: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    not_before: datetime | None = None
    error: JobError | None = None
    usage: dict[str, Usage] = {}
    """By model, cumulative over the job's attempts."""
    steps: tuple[Step, ...] = ()
    """All that came to their end, in that order."""
    result: Raw = NOTHING
    """JSON of the kind's own result; to the ledger only."""


class JobSnapshots(Envelope, frozen=True, kw_only=True, tag="job.snapshots.v1"):
    """For the ledger: snapshots with results."""

    snapshots: tuple[Snapshot, ...]


class JobMeasures(Envelope, frozen=True, kw_only=True, tag="job.measures.v1"):
    """For the monitor: the same snapshots without results."""

    snapshots: tuple[Snapshot, ...]


class Transition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the ledger's `job_log`: the job's status from here on."""

    job_id: UUID
    version: int
    """Place in the log of this job."""
    tenant_id: UUID
    kind: str
    lane: Lane
    execution_mode: ExecutionMode
    status: JobStatus
    attempt: int
    at: datetime
    created_at: datetime
    error_code: str = ""


class TransitionPage(Struct, frozen=True, kw_only=True):
    """Part of the log as the monitor pulls it: `GET /internal/transitions?after=<cursor>&limit=`."""

    transitions: tuple[Transition, ...]
    next: str
    """Cursor for the next pull, opaque; the given one where there was nothing new."""


class JobTransitions(Envelope, frozen=True, kw_only=True, tag="job.transitions.v1"):
    """For the monitor: what the ledger's fold changed, as soon as it stands. Lost ones are pulled after a cursor."""

    transitions: tuple[Transition, ...]


class Hold(Struct, frozen=True, kw_only=True):
    """A run that a worker holds."""

    job_id: UUID
    claim: int


class Heartbeat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A worker process as it sees itself."""

    service: str
    version: str
    started_at: datetime
    pid: int
    host: str
    slots: dict[Lane, int]
    draining: bool = False
    rss_bytes: int = 0
    done: int = 0
    """Runs finished since the start."""
    log_level: str = ""
    """Log lines are written from here up."""


class WorkerHeartbeat(Envelope, frozen=True, kw_only=True, tag="worker.heartbeat.v1"):
    """Told by every worker process every few seconds, and once more when it stops (`stopped`)."""

    worker: str
    heartbeat: Heartbeat
    holds: tuple[Hold, ...] = ()
    stopped: bool = False


Event = JobSnapshots | JobMeasures | JobTransitions | WorkerHeartbeat
