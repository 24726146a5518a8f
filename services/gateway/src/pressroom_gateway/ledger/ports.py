"""What the ledger needs from the world. Every method raises Unavailable; then it may or may not have been done."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pressroom_common.contracts import CancelJob, Hold, JobStatus, Lane, RunJob, Transition, TransitionPage

from .job import Job, LogEntry
from .records import DueJob, JobView, ListQuery, LoggedTransition, MadeJob, NewJob


class Work(Protocol):
    """A transaction that holds its jobs locked. Nothing else may change them until it ends."""

    now: datetime
    """The database's clock."""
    jobs: dict[UUID, Job]

    async def write(self, jobs: Sequence[Job], entries: Sequence[LogEntry]) -> None: ...


class DueWork(Work, Protocol):
    due: dict[UUID, DueJob]


class Jobs(Protocol):
    async def insert(self, jobs: Sequence[NewJob]) -> Sequence[MadeJob | None]:
        """None: the tenant used this idempotency key before."""
        ...

    async def made_before(self, tenant_id: UUID, key: str) -> MadeJob | None: ...

    async def forget_keys(self, seconds: float) -> int:
        """Idempotency keys older than this; at most 1,000 at a time."""
        ...

    async def confirm(self, commands: Sequence[RunJob]) -> None:
        """The broker has these publications; whatever has happened since stands."""
        ...

    def locked(self, ids: Sequence[UUID]) -> AbstractAsyncContextManager[Work]: ...

    def locked_due(self, limit: int, *, silent: bool) -> AbstractAsyncContextManager[DueWork]:
        """Jobs that are due and that no other gateway works on. `silent`: running ones without news, too."""
        ...

    async def heard(self, holds: Sequence[Hold]) -> None:
        """A heartbeat named these runs."""
        ...

    async def get(self, tenant_id: UUID, job_id: UUID) -> JobView | None: ...

    async def list(self, query: ListQuery) -> Sequence[JobView]: ...

    async def statuses(self, tenant_id: UUID, job_ids: Sequence[UUID]) -> dict[UUID, JobStatus]: ...

    async def timeline(self, job_id: UUID) -> Sequence[LoggedTransition]: ...

    async def transitions(self, after: str, limit: int) -> TransitionPage: ...


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
