"""A job as the ledger decides about it. Its input and result travel beside it: no decision looks at them."""

from datetime import datetime
from uuid import UUID

from msgspec import Raw, Struct

from pressroom_common.contracts import TERMINAL, CancelReason, ExecutionMode, JobError, JobStatus, Lane, Usage


class Job(Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: UUID
    kind: str
    lane: Lane
    execution_mode: ExecutionMode
    status: JobStatus
    created_at: datetime
    traceparent: str = ""

    attempt: int = 1
    attempt_base: int = 0
    """Tries used = attempt - attempt_base."""
    retry_base_at: datetime
    """Nothing is tried 24 h after it."""

    out: bool = False
    """A command of this attempt may be in the broker: from then on only the run ends the job."""
    dispatch: int = 0
    """Identity of the last publication."""
    confirmed: bool = False
    published_at: datetime | None = None
    publications: int = 0
    """Of this attempt."""

    claim: int = 0
    n: int = 0
    """Version of the run that the ledger knows; it never goes back, over all attempts."""
    heard_at: datetime | None = None

    run_at: datetime | None = None
    """Not before this time: a wish, a back-off or a snooze."""
    due_at: datetime | None = None
    """When the dispatcher must look at the job, unless something is heard of it before."""
    cancel_requested: CancelReason | None = None
    directives: int = 0
    """How often the cancel was told to the worker's service."""

    error: JobError | None = None
    usage: dict[str, Usage] = {}
    started_at: datetime | None = None
    completed_at: datetime | None = None
    version: int = 1
    """Place of the last entry in the job's log."""
    result: Raw | None = None
    """Only on its way from a snapshot to the row."""

    @property
    def over(self) -> bool:
        return self.status in TERMINAL


class LogEntry(Struct, frozen=True, kw_only=True):
    """One transition, as it goes into `job_log`."""

    job_id: UUID
    version: int
    status: JobStatus
    attempt: int
    at: datetime
    error: JobError | None = None
    worker: str = ""
