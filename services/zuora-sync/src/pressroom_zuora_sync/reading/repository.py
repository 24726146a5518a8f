"""Reading from PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec

from pressroom_common.database import Database, Row
from pressroom_common.zuora_reads import Versions, VersionView, WorkflowView
from pressroom_zuora_sync.vault import Sealed

from . import statements
from .records import Places, SealedExport, StoredVersion, TaskFilter, TaskPlace, VersionKey, WorkflowFilter

MOST_VERSIONS = 1_000
"""Of a workflow that are listed."""
MOST_TASK_BYTES = 8_000_000
"""Of the details on one page of tasks, unless a single one has more."""

_COLUMNS = (
    *("workflow_id", "workflow", "environment_id", "zuora_task_id", "name", "action_type", "call_type", "object"),
    *("object_id", "host"),
)


class PostgresKnown:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def missing(self, tenant_id: UUID | None, places: Places) -> list[str]:
        rows = await self._database.fetch(statements.MISSING, tenant_id=tenant_id, **asdict(places))
        return [row.what for row in rows]


class PostgresWorkflows:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant_id: UUID | None, wanted: WorkflowFilter, before: UUID | None, count: int
    ) -> list[WorkflowView]:
        rows = await self._database.fetch(
            statements.WORKFLOWS,
            tenant_id=tenant_id,
            environment_id=wanted.environment_id,
            customer_id=wanted.customer_id,
            status=wanted.status,
            text=wanted.text,
            deleted=wanted.deleted,
            before=before,
            count=count,
        )
        return [_workflow(row) for row in rows]

    async def find(self, tenant_id: UUID | None, workflow_id: UUID) -> WorkflowView | None:
        rows = await self._database.fetch(statements.WORKFLOW, id=workflow_id, tenant_id=tenant_id)
        return _workflow(rows[0]) if rows else None

    async def versions(self, tenant_id: UUID | None, workflow_id: UUID) -> Versions | None:
        rows = await self._database.fetch(statements.VERSIONS, id=workflow_id, tenant_id=tenant_id, count=MOST_VERSIONS)
        if not rows:
            return None
        return Versions(items=tuple(VersionView(**row) for row in rows if row.number is not None))

    async def tasks(
        self, tenant_id: UUID | None, wanted: TaskFilter, after: TaskPlace | None, limit: int
    ) -> tuple[bytes, TaskPlace | None]:
        rows = await self._database.fetch(
            statements.TASKS,
            tenant_id=tenant_id,
            environment_id=wanted.environment_id,
            workflow_id=wanted.workflow_id,
            action_type=wanted.action_type,
            object=wanted.object,
            host=wanted.host,
            text=wanted.text,
            after_workflow=after.workflow_id if after else None,
            after_task=after.zuora_task_id if after else None,
            limit=limit,
            most_bytes=MOST_TASK_BYTES,
        )
        more = bool(rows) and rows[0].found > len(rows)
        end = TaskPlace(rows[-1].workflow_id, rows[-1].zuora_task_id) if more else None
        return msgspec.json.encode([_task(row) for row in rows]), end


class PostgresStored:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self, tenant_id: UUID | None, workflow_id: UUID, number: int | None) -> StoredVersion | None:
        rows = await self._database.fetch(statements.VERSION, id=workflow_id, tenant_id=tenant_id, number=number)
        return _stored(rows[0]) if rows else None

    async def newest(
        self,
        tenant_id: UUID | None,
        *,
        environment_id: UUID | None = None,
        workflow_id: UUID | None = None,
        start: UUID | None = None,
        count: int | None = None,
    ) -> list[StoredVersion]:
        rows = await self._database.fetch(
            statements.NEWEST,
            tenant_id=tenant_id,
            environment_id=environment_id,
            workflow_id=workflow_id,
            start=start,
            count=count,
        )
        return [_stored(row) for row in rows]

    async def environments(self, tenant_id: UUID | None, ids: Sequence[UUID]) -> set[UUID]:
        rows = await self._database.fetch(statements.ENVIRONMENTS, ids=list(ids), tenant_id=tenant_id)
        return {row.id for row in rows}

    async def sealed(self, tenant_id: UUID | None, keys: Sequence[VersionKey]) -> list[SealedExport]:
        rows = await self._database.fetch(statements.SEALED, tenant_id=tenant_id, **_asked(keys))
        return [SealedExport(_key(row), Sealed(row.key_id, row.raw)) for row in rows]

    async def redacted(self, tenant_id: UUID | None, keys: Sequence[VersionKey]) -> Mapping[VersionKey, bytes]:
        rows = await self._database.fetch(statements.REDACTED, tenant_id=tenant_id, **_asked(keys))
        return {_key(row): row.redacted for row in rows}

    async def outline(self, tenant_id: UUID | None, key: VersionKey) -> bytes | None:
        rows = await self._database.fetch(statements.OUTLINE, tenant_id=tenant_id, **_asked([key]))
        return rows[0].outline if rows else None


def _asked(keys: Sequence[VersionKey]) -> dict[str, Any]:
    return {"ids": [key.workflow_id for key in keys], "numbers": [key.number for key in keys]}


def _key(row: Row) -> VersionKey:
    return VersionKey(row.workflow_id, row.number)


def _stored(row: Row) -> StoredVersion:
    return StoredVersion(row.id, row.zuora_id, row.name, row.number, row.bytes)


def _workflow(row: Row) -> WorkflowView:
    error = msgspec.json.decode(row.export_error) if row.export_error else None
    return WorkflowView.model_validate({**row, "export_error": error})


def _task(row: Row) -> dict[str, Any]:
    """As a TaskView; the details are JSON already, and not read again."""
    return {**{column: row[column] for column in _COLUMNS}, "details": msgspec.Raw(row.details.encode())}
