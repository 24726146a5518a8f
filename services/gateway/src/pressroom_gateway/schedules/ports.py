"""What schedules need from the world. Every method raises Unavailable."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pressroom_gateway.ledger.records import MadeJob, NewJob

from .records import DueSchedule, NewSchedule, Schedule, Slot, Turn


class Jobs(Protocol):
    """The ledger."""

    async def submit(self, new: NewJob) -> MadeJob:
        """Returns once the job stands; where its idempotency key made one before: that one."""
        ...

    async def made_before(self, tenant_id: UUID, key: str, fingerprint: str) -> MadeJob | None: ...


class DueWork(Protocol):
    """A transaction that holds schedules that are due; others pass over them."""

    schedules: Sequence[DueSchedule]
    now: datetime
    """The database's clock."""

    async def take(self, turns: Sequence[Turn]) -> None: ...


class Schedules(Protocol):
    async def now(self) -> datetime:
        """The database's clock."""
        ...

    async def add(self, new: NewSchedule) -> Schedule: ...

    async def get(self, tenant_id: UUID, schedule_id: UUID) -> Schedule | None: ...

    async def list(self, tenant_id: UUID, environment_id: UUID | None, before: UUID, limit: int) -> Sequence[Schedule]:
        """Newest first."""
        ...

    async def change(self, seen: Schedule, schedule: Schedule, slot: Slot) -> Schedule | None:
        """Its plan, with the slot that follows from it. None: it is not as it was seen any more, or gone."""
        ...

    async def pause(self, tenant_id: UUID, schedule_id: UUID, who: str) -> Schedule | None:
        """One that is paused stays so, by whom it was."""
        ...

    async def resume(self, seen: Schedule, slot: Slot) -> Schedule | None:
        """From this slot on; one that is not paused keeps its own. None: as for `change`."""
        ...

    async def triggered(self, tenant_id: UUID, schedule_id: UUID, job_id: UUID) -> Schedule | None:
        """Somebody made its job by hand."""
        ...

    async def delete(self, tenant_id: UUID, schedule_id: UUID) -> bool: ...

    async def forget(self, tenant_id: UUID, environment_ids: Collection[UUID]) -> None:
        """All of these environments."""
        ...

    async def forget_gone(self, tenant_id: UUID, left: Collection[UUID], before: datetime) -> int:
        """All that were made before, of other environments than these. How many they were."""
        ...

    def due(self, limit: int) -> AbstractAsyncContextManager[DueWork]:
        """The longest overdue first."""
        ...
