"""What reading needs of the database. Every method raises Unavailable.

A tenant of None stands for all of them; what belongs to another tenant is not there.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from pressroom_common.zuora_reads import Versions, WorkflowView

from .records import Places, SealedExport, StoredVersion, TaskFilter, TaskPlace, VersionKey, WorkflowFilter


class Known(Protocol):
    """What lists are asked for by."""

    async def missing(self, tenant_id: UUID | None, places: Places) -> Sequence[str]:
        """What of it is not there: `customer`, `environment`, `workflow`."""
        ...


class Workflows(Protocol):
    """The rows of lists."""

    async def page(
        self, tenant_id: UUID | None, wanted: WorkflowFilter, before: UUID | None, count: int
    ) -> Sequence[WorkflowView]:
        """Newest first, at most `count`."""
        ...

    async def find(self, tenant_id: UUID | None, workflow_id: UUID) -> WorkflowView | None: ...

    async def versions(self, tenant_id: UUID | None, workflow_id: UUID) -> Versions | None:
        """Newest first; None where there is no such workflow."""
        ...

    async def tasks(
        self, tenant_id: UUID | None, wanted: TaskFilter, after: TaskPlace | None, limit: int
    ) -> tuple[bytes, TaskPlace | None]:
        """Of workflows that are not deleted: a JSON list of TaskViews, which may be large, and where the page ends, if
        there is more. Fewer than `limit` where they are large."""
        ...


class Stored(Protocol):
    """Versions and their contents."""

    async def version(self, tenant_id: UUID | None, workflow_id: UUID, number: int | None) -> StoredVersion | None:
        """`number` None: the newest, also of a workflow that has none yet; else None where there is no such version."""
        ...

    async def newest(
        self,
        tenant_id: UUID | None,
        *,
        environment_id: UUID | None = None,
        workflow_id: UUID | None = None,
        start: UUID | None = None,
        count: int | None = None,
    ) -> Sequence[StoredVersion]:
        """Of workflows that are not deleted, by id. `start`: this workflow is the first."""
        ...

    async def environments(self, tenant_id: UUID | None, ids: Sequence[UUID]) -> set[UUID]:
        """Those of them that there are."""
        ...

    async def sealed(self, tenant_id: UUID | None, keys: Sequence[VersionKey]) -> Sequence[SealedExport]:
        """Their exports with all secrets, in the order of `keys`; those that are gone are left out."""
        ...

    async def redacted(self, tenant_id: UUID | None, keys: Sequence[VersionKey]) -> Mapping[VersionKey, bytes]:
        """Their exports without secrets, as JSON."""
        ...

    async def outline(self, tenant_id: UUID | None, key: VersionKey) -> bytes | None:
        """Of the redacted export what a picture needs, as JSON: `{"workflow": {}, "tasks", "linkages"}`."""
        ...
