"""Customers and environments in PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from pressroom_common.database import Database, Row
from pressroom_common.zuora_reads import CustomerView, EnvironmentView, SyncView
from pressroom_zuora_sync.vault import Sealed

from . import statements
from .clearing import clear
from .records import EnvironmentRow, NameTaken, Place, StoredEnvironment

_COLUMNS = ("id", "name", "base_url", "client_id", "entity_id")


@contextmanager
def _unique_names() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise NameTaken from None


class PostgresCustomers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: UUID, customer_id: UUID, name: str, environments: Sequence[EnvironmentRow]) -> None:
        values = [_values(row) for row in environments]
        columns = {f"{column}s": [value[column] for value in values] for column in (*_COLUMNS, "secret", "key_id")}
        with _unique_names():
            await self._database.execute(
                statements.ADD_CUSTOMER, customer_id=customer_id, tenant_id=tenant_id, name=name, **columns
            )

    async def page(
        self, tenant_id: UUID | None, name: str | None, after: Place | None, count: int
    ) -> list[tuple[Place, CustomerView]]:
        rows = await self._database.fetch(
            statements.CUSTOMERS_PAGE,
            tenant_id=tenant_id,
            name=name,
            after_name=after.name if after else None,
            after_id=after.id if after else None,
            count=count,
        )
        views = await self._with_environments(tenant_id, rows)
        return [(Place(row.sorted_by, row.id), view) for row, view in zip(rows, views, strict=True)]

    async def find(self, tenant_id: UUID | None, customer_id: UUID) -> CustomerView | None:
        rows = await self._database.fetch(statements.CUSTOMER, id=customer_id, tenant_id=tenant_id)
        return next(iter(await self._with_environments(tenant_id, rows)), None)

    async def rename(self, tenant_id: UUID | None, customer_id: UUID, name: str) -> bool:
        with _unique_names():
            renamed = await self._database.execute(
                statements.RENAME_CUSTOMER, id=customer_id, tenant_id=tenant_id, name=name
            )
        return renamed > 0

    async def delete(self, tenant_id: UUID | None, customer_id: UUID) -> bool:
        for row in await self._database.fetch(
            statements.TO_CLEAR, id=None, customer_id=customer_id, tenant_id=tenant_id
        ):
            await clear(self._database, row.id, row.until)
            await self._database.execute(statements.DELETE_ENVIRONMENT, id=row.id, tenant_id=tenant_id)
        return await self._database.execute(statements.DELETE_CUSTOMER, id=customer_id, tenant_id=tenant_id) > 0

    async def _with_environments(self, tenant_id: UUID | None, rows: Sequence[Row]) -> list[CustomerView]:
        """Of all of them in one query."""
        if not rows:
            return []
        found = await self._database.fetch(
            statements.ENVIRONMENTS_OF_CUSTOMERS, customer_ids=[row.id for row in rows], tenant_id=tenant_id
        )
        environments: dict[UUID, list[EnvironmentView]] = {row.id: [] for row in rows}
        for each in found:
            environments[each.customer_id].append(_environment(each))
        return [_customer(row, environments[row.id]) for row in rows]


class PostgresEnvironments:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: UUID | None, customer_id: UUID, row: EnvironmentRow) -> bool:
        with _unique_names():
            try:
                added = await self._database.execute(
                    statements.ADD_ENVIRONMENT, tenant_id=tenant_id, customer_id=customer_id, **_values(row)
                )
            except asyncpg.ForeignKeyViolationError:  # the customer was deleted meanwhile
                return False
        return added > 0

    async def list(
        self, tenant_id: UUID | None, customer_id: UUID | None, customer: str | None
    ) -> list[EnvironmentView]:
        rows = await self._database.fetch(
            statements.ENVIRONMENTS, tenant_id=tenant_id, customer_id=customer_id, customer=customer
        )
        return [_environment(row) for row in rows]

    async def has_customer(self, tenant_id: UUID | None, customer_id: UUID) -> bool:
        return bool(await self._database.fetch(statements.CUSTOMER, id=customer_id, tenant_id=tenant_id))

    async def find(self, tenant_id: UUID | None, environment_id: UUID) -> EnvironmentView | None:
        rows = await self._database.fetch(statements.ENVIRONMENT, id=environment_id, tenant_id=tenant_id)
        return _environment(rows[0]) if rows else None

    async def stored(self, tenant_id: UUID | None, environment_id: UUID) -> StoredEnvironment | None:
        rows = await self._database.fetch(statements.STORED_ENVIRONMENT, id=environment_id, tenant_id=tenant_id)
        return _stored(rows[0]) if rows else None

    async def change(self, seen: StoredEnvironment, row: EnvironmentRow) -> bool:
        with _unique_names():
            changed = await self._database.execute(
                statements.CHANGE_ENVIRONMENT,
                **_values(row),
                seen_updated_at=seen.updated_at,
                seen_secret=seen.secret.data,
            )
        return changed > 0

    async def delete(self, tenant_id: UUID | None, environment_id: UUID) -> bool:
        for row in await self._database.fetch(
            statements.TO_CLEAR, id=environment_id, customer_id=None, tenant_id=tenant_id
        ):
            await clear(self._database, row.id, row.until)
        return await self._database.execute(statements.DELETE_ENVIRONMENT, id=environment_id, tenant_id=tenant_id) > 0

    async def syncs(
        self, tenant_id: UUID | None, environment_id: UUID | None, before: UUID | None, count: int
    ) -> Sequence[SyncView]:
        rows = await self._database.fetch(
            statements.SYNCS, tenant_id=tenant_id, environment_id=environment_id, before=before, count=count
        )
        return [_sync(row, row.environment_id) for row in rows]


def _values(row: EnvironmentRow) -> dict[str, Any]:
    columns = {column: getattr(row, column) for column in _COLUMNS}
    return {**columns, "secret": row.secret.data, "key_id": row.secret.key_id}


def _customer(row: Row, environments: Sequence[EnvironmentView]) -> CustomerView:
    return CustomerView(
        id=row.id,
        name=row.name,
        environments=tuple(environments),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _environment(row: Row) -> EnvironmentView:
    last_sync = _sync(row, row.id) if row.job_id else None
    return EnvironmentView.model_validate({**row, "last_sync": last_sync})


def _sync(row: Row, environment_id: UUID) -> SyncView:
    return SyncView(
        job_id=row.job_id,
        environment_id=environment_id,
        full=row["full"],
        dry_run=row.dry_run,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        result=msgspec.json.decode(row.result) if row.result else None,
        error=msgspec.json.decode(row.error) if row.error else None,
        resumes_at=row.resumes_at,
    )


def _stored(row: Row) -> StoredEnvironment:
    return StoredEnvironment(
        id=row.id,
        tenant_id=row.tenant_id,
        customer=row.customer,
        name=row.name,
        base_url=row.base_url,
        client_id=row.client_id,
        secret=Sealed(row.key_id, row.secret),
        entity_id=row.entity_id,
        epoch=row.epoch,
        updated_at=row.updated_at,
    )
