"""What customers need of the database, and what others need of them. Every method raises Unavailable.

A tenant of None stands for all of them; what belongs to another tenant is not there.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pressroom_common.zuora_reads import CustomerView, EnvironmentView, SyncView
from pressroom_zuora_sync.zuora.records import Credentials

from .records import EnvironmentRow, Place, StoredEnvironment


class Environments(Protocol):
    """For whoever calls Zuora."""

    async def credentials(self, environment_id: UUID) -> Credentials | None:
        """None where there is no such environment, any more perhaps.

        Raises Unreadable where the secret cannot be decrypted: its message says what to do, and is no secret.
        """
        ...


class Customers(Protocol):
    """The rows."""

    async def add(self, tenant_id: UUID, customer_id: UUID, name: str, environments: Sequence[EnvironmentRow]) -> None:
        """All of it or nothing. Raises NameTaken: the customer's; those of the environments differ from each other."""
        ...

    async def page(
        self, tenant_id: UUID | None, name: str | None, after: Place | None, count: int
    ) -> Sequence[tuple[Place, CustomerView]]:
        """Sorted by name, after a place, at most `count`. `name`: only the customer of this name, in whatever case."""
        ...

    async def find(self, tenant_id: UUID | None, customer_id: UUID) -> CustomerView | None: ...

    async def rename(self, tenant_id: UUID | None, customer_id: UUID, name: str) -> bool:
        """False: there is no such customer. Raises NameTaken."""
        ...

    async def delete(self, tenant_id: UUID | None, customer_id: UUID) -> bool:
        """With everything of theirs, environment by environment, in steps. False: there is no such customer."""
        ...


class EnvironmentRows(Protocol):
    async def add(self, tenant_id: UUID | None, customer_id: UUID, row: EnvironmentRow) -> bool:
        """False: there is no such customer. Raises NameTaken."""
        ...

    async def list(
        self, tenant_id: UUID | None, customer_id: UUID | None, customer: str | None
    ) -> Sequence[EnvironmentView]:
        """Sorted by the names of customer and environment. `customer`: its name, in whatever case."""
        ...

    async def has_customer(self, tenant_id: UUID | None, customer_id: UUID) -> bool: ...

    async def find(self, tenant_id: UUID | None, environment_id: UUID) -> EnvironmentView | None: ...

    async def stored(self, tenant_id: UUID | None, environment_id: UUID) -> StoredEnvironment | None: ...

    async def change(self, seen: StoredEnvironment, row: EnvironmentRow) -> bool:
        """False: it is not as it was seen any more, or gone. Raises NameTaken.

        Of another account nothing counts as exported: the next sync exports everything, and one that runs ends.
        """
        ...

    async def delete(self, tenant_id: UUID | None, environment_id: UUID) -> bool:
        """With everything that was synced of it, in steps. False: there is no such environment."""
        ...

    async def syncs(
        self, tenant_id: UUID | None, environment_id: UUID | None, before: UUID | None, count: int
    ) -> Sequence[SyncView]:
        """Newest first, before a job's id, at most `count`."""
        ...
