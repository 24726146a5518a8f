"""What may be written of environments, who sees them, and whether their credentials work."""

from uuid import UUID

from pressroom_common.ids import uuid7
from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import (
    ConnectionCheck,
    EnvironmentEdit,
    Environments,
    EnvironmentView,
    NewEnvironment,
    Syncs,
)
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor
from pressroom_zuora_sync.vault import Unreadable, Vault
from pressroom_zuora_sync.zuora.ports import Zuoras

from . import refusals
from .credentials import unlocked
from .ports import EnvironmentRows
from .records import EnvironmentRow, NameTaken, StoredEnvironment
from .sealing import Sealing

_TRIES = 5
"""Of an edit that others get in the way of."""


class EnvironmentService:
    """Everything is of the caller's tenant: another's is not there. Raises Refused, and Unavailable."""

    def __init__(self, rows: EnvironmentRows, sealing: Sealing, vault: Vault, zuoras: Zuoras) -> None:
        self._rows = rows
        self._sealing = sealing
        self._vault = vault
        self._zuoras = zuoras

    async def list(self, caller: Caller, customer_id: UUID | None, customer: str | None) -> Environments:
        """Of a customer without environments none; of an id that nobody has: Refused."""
        found = await self._rows.list(caller.tenant_id, customer_id, customer)
        if not found and customer_id is not None and not await self._rows.has_customer(caller.tenant_id, customer_id):
            raise refusals.no_customer()
        return Environments(items=tuple(found))

    async def find(self, caller: Caller, environment_id: UUID) -> EnvironmentView:
        found = await self._rows.find(caller.tenant_id, environment_id)
        if found is None:
            raise refusals.no_environment()
        return found

    async def add(self, caller: Caller, customer_id: UUID, wish: NewEnvironment) -> EnvironmentView:
        row = self._sealing.row(uuid7(), wish)
        try:
            added = await self._rows.add(caller.tenant_id, customer_id, row)
        except NameTaken:
            raise refusals.environment_name_taken(row.name) from None
        if not added:
            raise refusals.no_customer()
        return await self.find(caller, row.id)

    async def edit(self, caller: Caller, environment_id: UUID, edit: EnvironmentEdit) -> EnvironmentView:
        """Of two edits at once, both count: the later one is made anew of what the earlier one has left."""
        for _ in range(_TRIES):
            seen = await self._stored(caller, environment_id)
            if await self._changed(seen, self._sealing.edited(seen, edit)):
                return await self.find(caller, environment_id)
        raise refusals.changed_meanwhile()

    async def delete(self, caller: Caller, environment_id: UUID) -> None:
        """With all workflows and exports. A sync that runs finds its environment gone, and ends."""
        if not await self._rows.delete(caller.tenant_id, environment_id):
            raise refusals.no_environment()

    async def test(self, caller: Caller, environment_id: UUID) -> ConnectionCheck:
        """What the credentials can do at Zuora, by asking it. No connection to the database is held meanwhile."""
        stored = await self._stored(caller, environment_id)
        try:
            credentials = unlocked(stored, self._vault)
        except Unreadable as error:
            return _unreadable(error)
        return await self._zuoras.of(credentials).check()

    async def syncs(self, caller: Caller, environment_id: UUID | None, limit: int, cursor: str | None) -> Syncs:
        before = decode_cursor(cursor, UUID) if cursor else None
        found = await self._rows.syncs(caller.tenant_id, environment_id, before, limit + 1)
        if not found and environment_id is not None:
            await self._stored(caller, environment_id)
        next_cursor = encode_cursor(found[limit - 1].job_id) if len(found) > limit else None
        return Syncs(items=tuple(found[:limit]), next_cursor=next_cursor)

    async def _stored(self, caller: Caller, environment_id: UUID) -> StoredEnvironment:
        stored = await self._rows.stored(caller.tenant_id, environment_id)
        if stored is None:
            raise refusals.no_environment()
        return stored

    async def _changed(self, seen: StoredEnvironment, row: EnvironmentRow) -> bool:
        try:
            return await self._rows.change(seen, row)
        except NameTaken:
            raise refusals.environment_name_taken(row.name) from None


def _unreadable(error: Unreadable) -> ConnectionCheck:
    return ConnectionCheck(
        ok=False,
        token="unknown",  # noqa: S106 (what is known of it)
        listing="unknown",
        exporting="unknown",
        code="secret_unreadable",
        detail=str(error),
    )
