"""Retention in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pressroom_common.database import Database
from pressroom_common.ids import first_uuid7

from . import statements
from .records import ForgottenRun


class PostgresFinishedJobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_old(self, ended: float, published: float, limit: int) -> int:
        rows = await self._database.fetch(statements.DELETE_OLD, ended=ended, published=published, limit=limit)
        return int(rows[0].deleted)

    async def delete_hidden(self, published: float, limit: int) -> int:
        rows = await self._database.fetch(statements.DELETE_HIDDEN, published=published, limit=limit)
        return int(rows[0].deleted)

    async def delete_empty_batches(self) -> int:
        return await self._database.execute(statements.DELETE_EMPTY)

    async def forgotten(self, limit: int) -> list[ForgottenRun]:
        rows = await self._database.fetch(statements.FORGOTTEN, limit=limit)
        return [ForgottenRun(**row) for row in rows]

    async def told(self, job_ids: Sequence[UUID]) -> None:
        await self._database.execute(statements.TOLD, job_ids=job_ids)


class PostgresOldCalls:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_before(self, at: datetime, limit: int) -> int:
        return await self._database.execute(statements.DELETE_CALLS, before=first_uuid7(at), limit=limit)
