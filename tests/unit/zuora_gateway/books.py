"""A ledger and a book of schedules in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pressroom_common.errors import Unavailable
from pressroom_gateway.ledger.records import MadeJob, NewJob
from pressroom_gateway.schedules.records import DueSchedule, NewSchedule, Schedule, Slot, Turn


class Book:
    """Both ports. `clock` moves as a test says."""

    def __init__(self, clock: datetime) -> None:
        self.clock = clock
        self.jobs: dict[str, NewJob] = {}
        """By idempotency key."""
        self.rows: dict[UUID, Schedule] = {}
        self.busy: set[UUID] = set()
        """Jobs that are not over."""
        self.deleted_environments: set[UUID] = set()
        """Whose jobs failed."""
        self.dies_before_taking = False
        self.ledger_is_away = False
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        """What others do once, after somebody has looked at a schedule and before it is changed."""

    def passes(self, **time: float) -> None:
        self.clock += timedelta(**time)

    async def now(self) -> datetime:
        return self.clock

    async def submit(self, new: NewJob) -> MadeJob:
        if self.ledger_is_away:
            raise Unavailable("away")
        made = self.jobs.setdefault(new.idempotency_key or str(new.id), new)
        return MadeJob(id=made.id, status="pending", created_at=self.clock)

    async def made_before(self, tenant_id: UUID, key: str, fingerprint: str) -> MadeJob | None:
        made = self.jobs.get(key)
        if made is None or made.tenant_id != tenant_id:
            return None
        return MadeJob(id=made.id, status="pending", created_at=self.clock, fingerprint=fingerprint)

    async def add(self, new: NewSchedule) -> Schedule:
        fields = msgspec.structs.asdict(new)
        self.rows[new.id] = Schedule(created_at=self.clock, updated_at=self.clock, **fields)
        return self.rows[new.id]

    async def get(self, tenant_id: UUID, schedule_id: UUID) -> Schedule | None:
        found = self.rows.get(schedule_id)
        return found if found and found.tenant_id == tenant_id else None

    async def list(self, tenant_id: UUID, environment_id: UUID | None, before: UUID, limit: int) -> Sequence[Schedule]:
        own = [row for row in self.rows.values() if row.tenant_id == tenant_id and row.id < before]
        return [row for row in own if environment_id in {None, row.environment_id}][:limit]

    async def change(self, seen: Schedule, schedule: Schedule, slot: Slot) -> Schedule | None:
        row = await self._as_seen(seen)
        given = {"cron": schedule.cron, "timezone": schedule.timezone, "jitter": schedule.jitter, "full": schedule.full}
        return self._set(row, slot=slot.at, next_at=slot.due, **given) if row else None

    async def pause(self, tenant_id: UUID, schedule_id: UUID, who: str) -> Schedule | None:
        row = await self.get(tenant_id, schedule_id)
        return self._set(row, paused_by=row.paused_by or who, paused_at=row.paused_at or self.clock) if row else None

    async def resume(self, seen: Schedule, slot: Slot) -> Schedule | None:
        row = await self._as_seen(seen)
        if row is None or row.paused_by is None:
            return row
        return self._set(row, paused_by=None, paused_at=None, slot=slot.at, next_at=slot.due)

    async def triggered(self, tenant_id: UUID, schedule_id: UUID, job_id: UUID) -> Schedule | None:
        row = await self.get(tenant_id, schedule_id)
        return self._set(row, last_at=self.clock, last_job_id=job_id) if row else None

    async def delete(self, tenant_id: UUID, schedule_id: UUID) -> bool:
        return bool(await self.get(tenant_id, schedule_id)) and self.rows.pop(schedule_id, None) is not None

    async def forget(self, tenant_id: UUID, environment_ids: Collection[UUID]) -> None:
        gone = [row.id for row in self.rows.values() if row.environment_id in environment_ids]
        for schedule_id in gone:
            await self.delete(tenant_id, schedule_id)

    async def forget_gone(self, tenant_id: UUID, left: Collection[UUID], before: datetime) -> int:
        own = [row for row in self.rows.values() if row.tenant_id == tenant_id and row.created_at < before]
        gone = [row.id for row in own if row.environment_id not in left]
        for schedule_id in gone:
            await self.delete(tenant_id, schedule_id)
        return len(gone)

    @asynccontextmanager
    async def due(self, limit: int) -> AsyncIterator["_Work"]:
        due = [row for row in self.rows.values() if row.paused_by is None and row.next_at <= self.clock]
        yield _Work(self, sorted(due, key=lambda row: row.next_at)[:limit])

    async def _as_seen(self, seen: Schedule) -> Schedule | None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        row = await self.get(seen.tenant_id, seen.id)
        return row if row and (row.plan, row.full, row.slot) == (seen.plan, seen.full, seen.slot) else None

    def _set(self, row: Schedule, **fields: object) -> Schedule:
        self.rows[row.id] = msgspec.structs.replace(row, **fields)
        return self.rows[row.id]


class _Work:
    def __init__(self, book: Book, rows: Sequence[Schedule]) -> None:
        self._book = book
        self.now = book.clock
        self.schedules: Sequence[DueSchedule] = [
            DueSchedule(
                busy=row.last_job_id in book.busy,
                gone=row.environment_id in book.deleted_environments,
                **msgspec.structs.asdict(row),
            )
            for row in rows
        ]

    async def take(self, turns: Sequence[Turn]) -> None:
        if self._book.dies_before_taking:
            raise Unavailable("the connection broke")
        for turn in turns:
            row = self._book.rows[turn.id]
            made = {} if turn.job_id is None else {"last_job_id": turn.job_id, "last_at": self.now}
            skipped = {"skipped_at": self.now} if turn.skipped else {}
            fields = {"slot": turn.slot, "next_at": turn.next_at, "paused_by": turn.paused_by}
            self._book.rows[turn.id] = msgspec.structs.replace(row, **fields, **made, **skipped)
