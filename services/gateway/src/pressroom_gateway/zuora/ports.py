"""What the gateway's part in syncs needs from the world. Methods raise Problem where zuora-sync is away or refuses."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from pressroom_common.zuora_reads import CustomerView, EnvironmentView
from pressroom_gateway.accounts.principal import Principal


class Known(Protocol):
    """What zuora-sync knows of a tenant. Problem 404 for what is another tenant's."""

    async def customer(self, principal: Principal, customer_id: UUID) -> CustomerView: ...

    async def environment(self, principal: Principal, environment_id: UUID) -> EnvironmentView: ...

    async def environments(self, principal: Principal) -> tuple[EnvironmentView, ...]:
        """All of the tenant."""
        ...


class Schedules(Protocol):
    async def forget(self, tenant_id: UUID, environment_ids: Collection[UUID]) -> None:
        """The environments are gone, and their schedules with them. Raises Unavailable."""
        ...

    async def forget_gone(self, principal: Principal) -> None:
        """Schedules of environments that there are no more. Raises Problem, and Unavailable."""
        ...
