"""What the ledger needs from the world. Every method raises Unavailable; then it may or may not have been done."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Raw

from pressroom_common.contracts import (
    CancelJob,
    Hold,
    JobStatus,
    Lane,
    RunJob,
    Transition,
    TransitionPage,
    WorkerHeartbeat,
)

from .capacity import Capacity, Load, Scope
from .job import Job, LogEntry
from .records import (
    Ahead,
    DueJob,
    JobFilter,
    JobInput,
    JobView,
    ListQuery,
    LoggedTransition,
    MadeJob,
    Mark,
    Measured,
    Needed,
    NewBatch,
    NewJob,
    Output,
)


class Work(Protocol):
    """A transaction that holds its jobs locked. Nothing else may change them until it ends."""

    now: datetime
    """The database's clock."""
    jobs: dict[UUID, Job]

    async def write(self, jobs: Sequence[Job], entries: Sequence[LogEntry]) -> None: ...

    async def inputs(self, job_ids: Sequence[UUID]) -> Mapping[UUID, Raw]:
        """Whole: mind how large they are."""
        ...


class DueWork(Work, Protocol):
    due: dict[UUID, DueJob]


class WaitingWork(Work, Protocol):
    needs: dict[UUID, list[Needed]]
    """All that each depends on; nothing of what was deleted itself."""

    async def measured(self, job_ids: Sequence[UUID]) -> Mapping[UUID, Measured]:
        """Of those that use what others made: how large their texts will be."""
        ...

    async def outputs(self, job_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Output]]:
        """What comes into their texts."""
        ...

    async def fill(self, inputs: Mapping[UUID, Raw]) -> None:
        """Their inputs from now on."""
        ...


class Round(DueWork, Protocol):
    """Jobs that want a place, and the lock under which places are given away."""

    capacity: Capacity


class Places(Protocol):
    """What is out, what waits, what is held, and the workers that are known."""

    async def load(self) -> Load: ...

    async def capacity(self) -> Capacity:
        """What is free now, without a lock; it knows of no busy key."""
        ...

    def round(self, limit: int) -> AbstractAsyncContextManager[Round]:
        """The next candidates, as far as there is room: of each lane, the tenant with the fewest jobs out is first."""
        ...

    async def any_waiting(self) -> bool:
        """Whether anything due waits for a place that nobody holds back."""
        ...

    async def waiting(self) -> dict[str, int]:
        """Jobs that are due and want a place, by queue."""
        ...

    async def busy_keys(self, jobs: Iterable[Job]) -> set[tuple[UUID, str]]: ...

    async def ahead(self, job: Job) -> Ahead: ...

    async def heard(self, heartbeat: WorkerHeartbeat) -> None: ...

    async def forget_workers(self) -> None:
        """Those that were not heard of for a day: they died under a name that does not come back."""
        ...

    async def hold(self, scope: Scope, name: str, who: str) -> None:
        """A second hold of the same changes nothing."""
        ...

    async def release(self, scope: Scope, name: str) -> bool: ...


class Jobs(Protocol):
    async def insert(self, jobs: Sequence[NewJob]) -> Sequence[MadeJob | None]:
        """None: the tenant used this idempotency key before."""
        ...

    async def insert_batch(self, batch: NewBatch) -> Sequence[MadeJob | None] | None:
        """In one transaction. None: the tenant used this idempotency key before."""
        ...

    async def made_before(self, tenant_id: UUID, key: str) -> MadeJob | None: ...

    async def forget_keys(self, seconds: float) -> int:
        """Idempotency keys older than this; at most 1,000 at a time."""
        ...

    async def confirm(self, commands: Sequence[RunJob]) -> None:
        """The broker has these publications; whatever has happened since stands."""
        ...

    def locked(self, ids: Sequence[UUID]) -> AbstractAsyncContextManager[Work]: ...

    def locked_shown(self, ids: Sequence[UUID]) -> AbstractAsyncContextManager[DueWork]:
        """Those that were not deleted."""
        ...

    def locked_due(self, limit: int, *, silent: bool) -> AbstractAsyncContextManager[DueWork]:
        """Jobs that are due and that no other gateway works on. `silent`: running ones without news, too."""
        ...

    async def unsettled(self, limit: int) -> Sequence[Mark]:
        """So many of the jobs that ended or began anew."""
        ...

    async def waiting_for(self, ids: Sequence[UUID]) -> Sequence[UUID]:
        """What waits among these and those that depend on them, in the order of their ids."""
        ...

    def locked_waiting(self, ids: Sequence[UUID]) -> AbstractAsyncContextManager[WaitingWork]:
        """How the jobs stand that these depend on is read once these are locked."""
        ...

    async def settled(self, marks: Sequence[Mark]) -> None:
        """Takes off the marks of jobs that nobody has changed since."""
        ...

    async def needs(self, job_id: UUID) -> Sequence[Needed]:
        """What a job depends on."""
        ...

    async def heard(self, holds: Sequence[Hold]) -> None:
        """A heartbeat named these runs."""
        ...

    async def get(self, tenant_id: UUID, job_id: UUID) -> JobView | None: ...

    async def read(self, job_id: UUID) -> tuple[Job, datetime] | None:
        """The job as decisions see it, without a lock, and the database's clock."""
        ...

    async def input_of(self, tenant_id: UUID, job_id: UUID) -> JobInput | None: ...

    async def list(self, query: ListQuery) -> Sequence[JobView]: ...

    async def statuses(self, tenant_id: UUID, job_ids: Sequence[UUID]) -> dict[UUID, JobStatus]: ...

    async def timeline(self, job_id: UUID) -> Sequence[LoggedTransition]: ...

    async def count(self, wanted: JobFilter) -> int: ...

    async def matching(self, wanted: JobFilter, after: UUID, limit: int) -> Sequence[UUID]:
        """In the order of their ids, above `after`."""
        ...

    async def matching_chains(self, wanted: JobFilter, first: Sequence[UUID]) -> Sequence[UUID]:
        """Of these and of all that waits for them, at whatever remove."""
        ...

    async def hide(self, job_ids: Sequence[UUID]) -> int:
        """Jobs that are over: their texts go now, the rows when no command of them can begin a run any more."""
        ...

    async def of_all_tenants(self, wanted: JobFilter, before: UUID, limit: int) -> Sequence[JobView]: ...

    async def hand_over(self, job_id: UUID) -> JobStatus | None:
        """The client waits no longer; how the job stands, None where it was over before."""
        ...

    async def of_any_tenant(self, job_id: UUID) -> JobView | None: ...

    async def transitions(self, after: str, limit: int) -> TransitionPage: ...


class Watchers(Protocol):
    def changed(self, job_ids: Sequence[UUID]) -> None:
        """Somebody waits for one of these jobs, perhaps, at this gateway or another. Never waits."""
        ...


class Commands(Protocol):
    """The way to the worker services."""

    @property
    def ready(self) -> bool:
        """Whether it makes sense to publish at all just now."""
        ...

    async def run(self, command: RunJob, lane: Lane) -> None:
        """Publish and wait for the confirmation."""
        ...

    async def cancel(self, directive: CancelJob) -> None: ...

    async def log(self, transitions: Sequence[Transition]) -> None:
        """Tell the monitor; what is lost it pulls."""
        ...
