"""What may be written of customers, and who sees them."""

from collections.abc import Sequence
from uuid import UUID

from pressroom_common.ids import uuid7
from pressroom_common.internal_problems import FieldFault, invalid
from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Customers as CustomersPage
from pressroom_common.zuora_reads import CustomerView, NewCustomer, NewEnvironment
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor

from . import refusals
from .ports import Customers
from .records import NameTaken, Place
from .sealing import Sealing


class CustomerService:
    """Everything is of the caller's tenant: another's is not there. Raises Refused, and Unavailable."""

    def __init__(self, customers: Customers, sealing: Sealing) -> None:
        self._customers = customers
        self._sealing = sealing

    async def page(self, caller: Caller, limit: int, cursor: str | None, name: str | None) -> CustomersPage:
        after = decode_cursor(cursor, Place) if cursor else None
        found = await self._customers.page(caller.tenant_id, name, after, limit + 1)
        next_cursor = encode_cursor(found[limit - 1][0]) if len(found) > limit else None
        return CustomersPage(items=tuple(view for _, view in found[:limit]), next_cursor=next_cursor)

    async def find(self, caller: Caller, customer_id: UUID) -> CustomerView:
        found = await self._customers.find(caller.tenant_id, customer_id)
        if found is None:
            raise refusals.no_customer()
        return found

    async def add(self, caller: Caller, wish: NewCustomer) -> CustomerView:
        _check_names(wish.environments)
        rows = [
            self._sealing.row(uuid7(), environment, f"environments.{number}.base_url")
            for number, environment in enumerate(wish.environments)
        ]
        customer_id = uuid7()
        try:
            await self._customers.add(caller.own_tenant(), customer_id, wish.name, rows)
        except NameTaken:
            raise refusals.customer_name_taken(wish.name) from None
        return await self.find(caller, customer_id)

    async def rename(self, caller: Caller, customer_id: UUID, name: str) -> CustomerView:
        try:
            renamed = await self._customers.rename(caller.tenant_id, customer_id, name)
        except NameTaken:
            raise refusals.customer_name_taken(name) from None
        if not renamed:
            raise refusals.no_customer()
        return await self.find(caller, customer_id)

    async def delete(self, caller: Caller, customer_id: UUID) -> None:
        """With all environments, workflows and exports. A sync that runs finds its environment gone, and ends."""
        if not await self._customers.delete(caller.tenant_id, customer_id):
            raise refusals.no_customer()


def _check_names(environments: Sequence[NewEnvironment]) -> None:
    """Raises Refused where two of them have the same name."""
    seen: set[str] = set()
    for number, environment in enumerate(environments):
        name = environment.name.lower()
        if name in seen:
            raise invalid(FieldFault(field=f"environments.{number}.name", message="another one has this name"))
        seen.add(name)
