"""Batches in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.contracts import Usage
from pressroom_common.database import Database, Row

from . import statements
from .records import Batch, Edge, Graph, Node, StatusCount

_usage = msgspec.json.Decoder(Usage)


class PostgresBatches:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant_id: UUID, batch_id: UUID) -> Batch | None:
        rows = await self._database.fetch(statements.GET, tenant_id=tenant_id, id=batch_id)
        return _batch(rows[0]) if rows else None

    async def made_before(self, tenant_id: UUID, key: str) -> Batch | None:
        rows = await self._database.fetch(statements.OF_KEY, tenant_id=tenant_id, key=key)
        return _batch(rows[0]) if rows else None

    async def list(self, tenant_id: UUID, before: UUID, limit: int) -> list[Batch]:
        rows = await self._database.fetch(statements.LIST, tenant_id=tenant_id, before=before, limit=limit)
        return [_batch(row) for row in rows]

    async def counts(self, batch_ids: Sequence[UUID]) -> Sequence[StatusCount]:
        rows = await self._database.fetch(statements.COUNTS, ids=list(batch_ids))
        return [StatusCount(**dict(row)) for row in rows]

    async def usages(self, batch_id: UUID) -> Sequence[Usage]:
        return [_usage.decode(row.usage) for row in await self._database.fetch(statements.USAGE, id=batch_id)]

    async def graph(self, batch_id: UUID) -> Graph:
        nodes = await self._database.fetch(statements.NODES, id=batch_id)
        edges = await self._database.fetch(statements.EDGES, id=batch_id)
        return Graph(nodes=[Node(**dict(row)) for row in nodes], edges=[Edge(**dict(row)) for row in edges])

    async def jobs(self, batch_id: UUID, statuses: Sequence[str] | None = None) -> Sequence[UUID]:
        wanted = None if statuses is None else list(statuses)
        return [row.id for row in await self._database.fetch(statements.JOBS, id=batch_id, statuses=wanted)]

    async def forget_keys(self, seconds: float) -> None:
        await self._database.execute(statements.FORGET_KEYS, seconds=seconds)


def _batch(row: Row) -> Batch:
    fields: dict[str, Any] = dict(row)
    fields["metadata"] = Raw(row.metadata.encode()) if row.metadata else None
    if "refused" in fields:
        fields["refused"] = Raw(row.refused.encode())
    return Batch(**fields)
