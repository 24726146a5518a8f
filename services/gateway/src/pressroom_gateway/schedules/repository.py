"""Schedules in PostgreSQL."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import TextClause

from pressroom_common.database import Database, Row, Transaction, as_json

from . import statements
from .records import DueSchedule, NewSchedule, Schedule, Slot, Turn


class PostgresDueWork:
    def __init__(self, transaction: Transaction, rows: Sequence[Row]) -> None:
        self._transaction = transaction
        self.now: datetime = rows[0].now if rows else datetime.now(UTC)
        self.schedules: Sequence[DueSchedule] = [
            DueSchedule(busy=row.busy, gone=row.gone, **_fields(row)) for row in rows
        ]

    async def take(self, turns: Sequence[Turn]) -> None:
        await self._transaction.execute(statements.TAKE, turns=as_json(turns))


class PostgresSchedules:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self) -> datetime:
        found: datetime = (await self._database.fetch(statements.NOW))[0].now
        return found

    async def add(self, new: NewSchedule) -> Schedule:
        rows = await self._database.fetch(statements.ADD, **msgspec.structs.asdict(new))
        return Schedule(**_fields(rows[0]))

    async def get(self, tenant_id: UUID, schedule_id: UUID) -> Schedule | None:
        return await self._one(statements.GET, tenant_id=tenant_id, id=schedule_id)

    async def list(self, tenant_id: UUID, environment_id: UUID | None, before: UUID, limit: int) -> Sequence[Schedule]:
        rows = await self._database.fetch(
            statements.LIST, tenant_id=tenant_id, environment_id=environment_id, before=before, limit=limit
        )
        return [Schedule(**_fields(row)) for row in rows]

    async def change(self, seen: Schedule, schedule: Schedule, slot: Slot) -> Schedule | None:
        return await self._one(
            statements.CHANGE,
            **_as_seen(seen),
            cron=schedule.cron,
            timezone=schedule.timezone,
            jitter=schedule.jitter,
            full=schedule.full,
            slot=slot.at,
            next_at=slot.due,
        )

    async def pause(self, tenant_id: UUID, schedule_id: UUID, who: str) -> Schedule | None:
        return await self._one(statements.PAUSE, tenant_id=tenant_id, id=schedule_id, who=who)

    async def resume(self, seen: Schedule, slot: Slot) -> Schedule | None:
        return await self._one(statements.RESUME, **_as_seen(seen), slot=slot.at, next_at=slot.due)

    async def triggered(self, tenant_id: UUID, schedule_id: UUID, job_id: UUID) -> Schedule | None:
        return await self._one(statements.TRIGGERED, tenant_id=tenant_id, id=schedule_id, job_id=job_id)

    async def delete(self, tenant_id: UUID, schedule_id: UUID) -> bool:
        return bool(await self._database.execute(statements.DELETE, tenant_id=tenant_id, id=schedule_id))

    async def forget(self, tenant_id: UUID, environment_ids: Collection[UUID]) -> None:
        await self._database.execute(statements.FORGET, tenant_id=tenant_id, environment_ids=list(environment_ids))

    async def forget_gone(self, tenant_id: UUID, left: Collection[UUID], before: datetime) -> int:
        return await self._database.execute(statements.FORGET_GONE, tenant_id=tenant_id, left=list(left), before=before)

    @asynccontextmanager
    async def due(self, limit: int) -> AsyncIterator[PostgresDueWork]:
        async with self._database.transaction() as transaction:
            yield PostgresDueWork(transaction, await transaction.fetch(statements.DUE, limit=limit))

    async def _one(self, statement: TextClause, **parameters: Any) -> Schedule | None:
        rows = await self._database.fetch(statement, **parameters)
        return Schedule(**_fields(rows[0])) if rows else None


def _as_seen(seen: Schedule) -> dict[str, Any]:
    return {
        "tenant_id": seen.tenant_id,
        "id": seen.id,
        "seen_cron": seen.cron,
        "seen_timezone": seen.timezone,
        "seen_jitter": seen.jitter,
        "seen_full": seen.full,
        "seen_slot": seen.slot,
    }


def _fields(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in Schedule.__struct_fields__}
