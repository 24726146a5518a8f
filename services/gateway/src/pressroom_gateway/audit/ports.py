"""What the audit needs from the world. Every method raises Unavailable."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from .contracts import AuditEntry, AuditQuery
from .records import Call


class Caller(Protocol):
    """Who calls; accounts know more of it."""

    @property
    def key_id(self) -> UUID: ...

    @property
    def tenant_id(self) -> UUID: ...

    @property
    def created_by(self) -> str: ...


class Trail(Protocol):
    async def add(self, call: Call) -> None: ...

    async def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Newest first; one more than the query's limit where there is a next page."""
        ...
