"""What syncs need of the database. Every method raises Unavailable; then it may or may not have been done.

Each may be called again with the same: it then changes nothing, and answers the same. Under a fence that does not stand
they write nothing, and raise LostClaim; EnvironmentGone or EnvironmentChanged, where that is why.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pressroom_common.contracts import JobError
from pressroom_zuora_sync.zuora.records import Page

from .records import (
    Beginning,
    Closing,
    Extracted,
    Failure,
    Fence,
    Prepared,
    Stock,
    StoredExport,
    SyncRow,
    Tally,
    Waiting,
)


class EnvironmentGone(Exception):
    """It was deleted, and everything of it."""


class EnvironmentChanged(EnvironmentGone):
    """It names another account by now: what was read of the earlier one belongs to nobody."""


class Unstorable(Exception):
    """The database refuses the value itself, or cannot store it in time; the message says why. Of a batch, one is it;
    the others may be written without it.
    """


class Syncs(Protocol):
    """The rows of syncs, and of what they find."""

    async def begin(self, beginning: Beginning) -> SyncRow:
        """The sync's row, made or taken over; checkpoints of other syncs of the environment are dropped.

        Raises EnvironmentChanged where the credentials are out of date.
        """
        ...

    async def keep_page(self, fence: Fence, page: Page) -> Sequence[Waiting]:
        """Keep what the list says; those that have to be exported. Page 0: workflows that were asked for by id."""
        ...

    async def waiting(self, fence: Fence, after: int, count: int) -> Sequence[Waiting]:
        """Those of kept pages that have to be exported, in the order of their ids, above `after`."""
        ...

    async def write(self, fence: Fence, batch: Sequence[Prepared]) -> None:
        """Store exports with all that belongs to them. Raises Unstorable."""
        ...

    async def fail(self, fence: Fence, failures: Sequence[Failure]) -> None:
        """Tell of exports that could not be had."""
        ...

    async def withdraw(self, fence: Fence, zuora_id: int) -> None:
        """It is gone since it was listed: as if it had not been in the list."""
        ...

    async def stock(self, fence: Fence) -> Stock: ...

    async def tally(self, fence: Fence, most_faults: int) -> Tally: ...

    async def close(self, fence: Fence, closing: Closing) -> None:
        """The sync is completed: tombstones, misses, dates and result, and its checkpoint is dropped."""
        ...

    async def failed(self, fence: Fence, error: JobError) -> None:
        """The attempt failed; the checkpoint stays where another one may come."""
        ...

    async def ended(self, job_id: UUID | None) -> int:
        """Say in the rows of syncs whose runs were ended by others what became of them; of all, for None.

        Their checkpoints stay: a job that was recalled, or failed for the time being, comes again.
        """
        ...

    async def drop_checkpoints(self) -> int:
        """Some of those that nobody will go on with any more; how many it were."""
        ...


class StoredExports(Protocol):
    """The newest exports, for those who read them again."""

    async def exists(self, tenant_id: UUID, environment_id: UUID) -> bool: ...

    async def exports(
        self, tenant_id: UUID, environment_id: UUID, workflow_id: UUID | None, after: UUID
    ) -> Sequence[StoredExport]:
        """The next ones in the order of their ids, so many as fit in memory; none: there are no more."""
        ...

    async def extract(self, fence: Fence, batch: Sequence[Extracted]) -> tuple[int, int]:
        """Store rows that were made again; how many workflows that changed, and how many tasks there are."""
        ...


class Ages(Protocol):
    async def ages(self) -> Sequence[tuple[UUID, float]]:
        """Of each environment: seconds since its last complete list, or since it was made."""
        ...
