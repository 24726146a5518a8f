"""A job as the ledger decides about it. Its input and result travel beside it: no decision looks at them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from pressroom_common.contracts import (
    TERMINAL,
    CancelReason,
    ExecutionMode,
    JobError,
    JobStatus,
    Lane,
    Step,
    Usage,
    lane_queue,
    service_of,
)

Place = Literal[
    "wanted",  # it waits for a place among the jobs that are out, from its `due_at` on
    "taken",  # its command is out: it counts against the window of its lane, and the cap of its tenant
]


OnFailure = Literal[
    "fail",  # it fails when one that it depends on does, or is cancelled
    "skip",  # it is cancelled then
]


class Job(Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: UUID
    kind: str
    lane: Lane
    execution_mode: ExecutionMode
    status: JobStatus
    created_at: datetime
    traceparent: str = ""
    sync_until: datetime | None = None
    """A client waits for it until then: a failure before this time is final."""
    handed_over: bool = False
    """The client waits no longer: the job goes on like any other."""
    concurrency_key: str | None = None
    """At most one job of a tenant's key is out."""
    needed: bool = False
    """Others of its batch depend on it."""
    waits_on: int = 0
    """How many of those that it depends on are not completed; once it is 0 it stays so, and the job is its own."""
    on_failure: OnFailure = "fail"
    unsettled: bool = False
    """It ended or began anew, or waits anew: what that means to its dependents, and to itself, is not decided yet."""

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
    place: Place | None = None
    """None: over, or held by a person."""
    behind_key: bool = False
    """Another job of its concurrency key is out, or before it: it is not looked at until that is over."""
    held_by: str | None = None
    """Who paused it."""
    held_at: datetime | None = None
    wished_run_at: datetime | None = None
    """A new time for a job that is out: it holds once the job was recalled."""
    cancel_requested: CancelReason | None = None
    recall: bool = False
    """Its command is asked back, to pause or to move it: only what nobody works on comes back."""
    directives: int = 0
    """How often the cancel or the recall was told to the worker's service."""

    error: JobError | None = None
    usage: dict[str, Usage] = {}
    started_at: datetime | None = None
    completed_at: datetime | None = None
    version: int = 1
    """Place of the last entry in the job's log."""
    redo: tuple[str, ...] = ()
    """Steps that the attempt does again, until somebody works on it."""
    steps: tuple[Step, ...] | None = None
    """As `result`."""
    result: Raw | None = None
    """Only on its way from a snapshot to the row."""

    @property
    def over(self) -> bool:
        return self.status in TERMINAL

    @property
    def queue(self) -> str:
        """Where its command goes: the lane of the service that runs its kind."""
        return lane_queue(service_of(self.kind), self.lane)

    @property
    def awaited(self) -> bool:
        return self.sync_until is not None and not self.handed_over

    @property
    def untried(self) -> bool:
        """Nothing of it was ever published since it was made, or began to count anew: the wait is no try."""
        return not self.out and self.attempt - self.attempt_base == 1

    @property
    def asked(self) -> bool:
        """The run was asked to end, or to come back; it has not answered yet."""
        return self.out and (self.cancel_requested is not None or self.recall)


class LogEntry(Struct, frozen=True, kw_only=True):
    """One transition, as it goes into `job_log`."""

    job_id: UUID
    version: int
    status: JobStatus
    attempt: int
    at: datetime
    error: JobError | None = None
    worker: str = ""
