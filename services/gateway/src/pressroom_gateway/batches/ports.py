"""What batches need from the world. Every method raises Unavailable."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pressroom_common.contracts import Usage

from .records import Batch, Graph, StatusCount


class Batches(Protocol):
    async def get(self, tenant_id: UUID, batch_id: UUID) -> Batch | None: ...

    async def made_before(self, tenant_id: UUID, key: str) -> Batch | None: ...

    async def list(self, tenant_id: UUID, before: UUID, limit: int) -> Sequence[Batch]:
        """Newest first."""
        ...

    async def counts(self, batch_ids: Sequence[UUID]) -> Sequence[StatusCount]:
        """In one query."""
        ...

    async def usages(self, batch_id: UUID) -> Sequence[Usage]: ...

    async def graph(self, batch_id: UUID) -> Graph: ...

    async def jobs(self, batch_id: UUID, statuses: Sequence[str] | None = None) -> Sequence[UUID]:
        """In the order of their ids. None: whatever status."""
        ...

    async def forget_keys(self, seconds: float) -> None:
        """Idempotency keys older than this."""
        ...
