"""What articles need from the world. Every method raises Unavailable."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from .records import Brief


class Briefs(Protocol):
    async def of(self, tenant_id: UUID, job_ids: Collection[UUID]) -> Mapping[UUID, Brief]: ...
