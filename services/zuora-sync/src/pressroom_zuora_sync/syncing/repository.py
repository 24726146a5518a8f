"""Syncs in PostgreSQL."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Raw
from msgspec.structs import replace
from sqlalchemy import TextClause

from pressroom_common.contracts import JobError, SyncFault
from pressroom_common.database import Database, Row, as_json
from pressroom_common.ids import uuid7
from pressroom_common.worker import LostClaim
from pressroom_zuora_sync.zuora.records import ListedWorkflow, Page

from . import statements, task_statements, workflow_statements
from .ports import EnvironmentChanged, EnvironmentGone, Unstorable
from .records import (
    Absent,
    Beginning,
    Closing,
    Extracted,
    Failure,
    Fence,
    Prepared,
    Stock,
    StoredExport,
    SyncRow,
    SyncState,
    Tally,
    Waiting,
)

_LISTED = msgspec.json.Decoder(ListedWorkflow)
_ABSENT = msgspec.json.Decoder(tuple[Absent, ...])
_OUTCOMES = msgspec.json.Decoder(dict[str, int])
_FAULTS = msgspec.json.Decoder(tuple[SyncFault, ...])
_MOST_EXPORTS = 50
_MOST_BYTES = 4_000_000
"""Of the exports that one step extracts, unless one of them is larger."""
_MOST_DROPPED = 20
"""Checkpoints, of a statement: each has a row for each workflow of an environment."""
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class PostgresSyncs:
    """Implements `Syncs`, `StoredExports` and `Ages`. `full_seconds`: so old may the last full sync be."""

    def __init__(self, database: Database, full_seconds: float) -> None:
        self._database = database
        self._full_seconds = full_seconds

    async def begin(self, beginning: Beginning) -> SyncRow:
        given = msgspec.structs.asdict(beginning)
        rows = await self._database.fetch(statements.BEGIN, **given, full_seconds=self._full_seconds)
        if not rows:
            raise await self._not_begun(beginning)
        row = rows[0]
        return SyncRow(
            fence=Fence(job_id=beginning.job_id, environment_id=beginning.environment_id, claim=beginning.claim),
            full=row.full,
            dry_run=row.dry_run,
            pages=row.pages,
            listed=row.listed,
            result=Raw(row.result.encode()) if row.result else None,
        )

    async def keep_page(self, fence: Fence, page: Page) -> list[Waiting]:
        items = {item.zuora_id: item for item in page.items}
        given = [{"zuora_id": id_, "item": item, "signature": item.signature()} for id_, item in items.items()]
        rows = await self._fenced(
            fence, workflow_statements.KEEP_PAGE, rows=batch_of(given), page=page.number, last=page.last
        )
        return [_waiting(row) for row in rows if row.zuora_id is not None]

    async def waiting(self, fence: Fence, after: int, count: int) -> list[Waiting]:
        rows = await self._database.fetch(workflow_statements.WAITING, job_id=fence.job_id, after=after, count=count)
        return [_waiting(row) for row in rows]

    async def write(self, fence: Fence, batch: Sequence[Prepared]) -> None:
        rows = [replace(each.written, place=place) for place, each in enumerate(batch, 1)]
        raws, redacted = [each.raw for each in batch], [without_nul(each.redacted) for each in batch]
        await self._fenced(fence, workflow_statements.WRITE, rows=batch_of(rows), raws=raws, redacted=redacted)

    async def fail(self, fence: Fence, failures: Sequence[Failure]) -> None:
        await self._fenced(fence, workflow_statements.FAIL, rows=batch_of(failures))

    async def withdraw(self, fence: Fence, zuora_id: int) -> None:
        await self._fenced(fence, workflow_statements.WITHDRAW, zuora_id=zuora_id)

    async def stock(self, fence: Fence) -> Stock:
        row = (await self._database.fetch(statements.STOCK, job_id=fence.job_id))[0]
        return Stock(before=row.before, listed=row.listed, absent=_ABSENT.decode(row.absent))

    async def tally(self, fence: Fence, most_faults: int) -> Tally:
        row = (await self._database.fetch(statements.TALLY, job_id=fence.job_id, most=most_faults))[0]
        return Tally(
            pages=row.pages,
            listed=row.listed,
            outcomes=_OUTCOMES.decode(row.outcomes),
            tasks=row.tasks,
            exports=row.exports,
            faults=_FAULTS.decode(row.faults),
        )

    async def close(self, fence: Fence, closing: Closing) -> None:
        missed = [{"id": id_, "missed": missed} for id_, missed in closing.missed.items()]
        await self._end(
            fence,
            "completed",
            statements.CLOSE,
            rows=batch_of(missed),
            deleted=list(closing.deleted),
            complete=closing.complete,
            result=bytes(closing.result).decode(),
        )

    async def failed(self, fence: Fence, error: JobError) -> None:
        again = error.error_class == "transient"
        await self._end(fence, "failed", statements.FAILED, error=as_json(error), again=again)

    async def ended(self, job_id: UUID | None) -> int:
        if job_id is None:
            return len(await self._database.fetch(statements.END_ALL))
        return len(await self._database.fetch(statements.END, job_id=job_id))

    async def drop_checkpoints(self) -> int:
        return len(await self._database.fetch(statements.DROP_CHECKPOINTS, count=_MOST_DROPPED))

    async def exists(self, tenant_id: UUID, environment_id: UUID) -> bool:
        return bool(await self._database.fetch(statements.EXISTS, tenant_id=tenant_id, environment_id=environment_id))

    async def exports(
        self, tenant_id: UUID, environment_id: UUID, workflow_id: UUID | None, after: UUID
    ) -> list[StoredExport]:
        rows = await self._database.fetch(
            task_statements.EXPORTS,
            tenant_id=tenant_id,
            environment_id=environment_id,
            workflow_id=workflow_id,
            after=after,
            count=_MOST_EXPORTS,
            most_bytes=_MOST_BYTES,
        )
        return [StoredExport(**dict(row)) for row in rows]

    async def extract(self, fence: Fence, batch: Sequence[Extracted]) -> tuple[int, int]:
        rows = await self._database.fetch(
            task_statements.EXTRACT, job_id=fence.job_id, claim=fence.claim, rows=batch_of(batch)
        )
        if not rows:
            raise LostClaim
        return rows[0].updated, rows[0].tasks

    async def ages(self) -> list[tuple[UUID, float]]:
        return [(row.id, row.seconds) for row in await self._database.fetch(statements.AGES)]

    async def _fenced(self, fence: Fence, statement: TextClause, **parameters: Any) -> Sequence[Row]:
        """The rows of a statement that answers with at least one where the fence stands."""
        try:
            rows = await self._database.fetch(statement, **msgspec.structs.asdict(fence), **parameters)
        except (asyncpg.DataError, asyncpg.ProgramLimitExceededError) as error:
            raise Unstorable("it has a value that the database refuses") from error
        if rows:
            return rows
        why = await self._database.fetch(statements.CHANGED, **msgspec.structs.asdict(fence))
        if not why:
            raise EnvironmentGone
        raise EnvironmentChanged if why[0].changed else LostClaim

    async def _end(self, fence: Fence, state: SyncState, statement: TextClause, **parameters: Any) -> None:
        """Fenced. Once more of the same finds the sync ended, and its fence with it."""
        try:
            await self._fenced(fence, statement, **parameters)
        except LostClaim:
            done = {"job_id": fence.job_id, "claim": fence.claim, "state": state}
            if not await self._database.fetch(statements.ENDED_SO, **done):
                raise

    async def _not_begun(self, beginning: Beginning) -> Exception:
        found = await self._database.fetch(
            statements.EPOCH, environment_id=beginning.environment_id, tenant_id=beginning.tenant_id
        )
        if not found:
            return EnvironmentGone()
        return LostClaim() if found[0].epoch == beginning.epoch else EnvironmentChanged()


def _waiting(row: Row) -> Waiting:
    return Waiting(
        listed=_LISTED.decode(row.item),
        id=row.id or uuid7(),
        version=row.version,
        hash=row.hash,
        key_id=row.key_id or "",
        deleted=row.deleted,
    )


def batch_of(rows: Any) -> bytes:
    """A batch."""
    return without_nul(msgspec.json.encode(rows))


def without_nul(encoded: bytes) -> bytes:
    """JSON without NUL, which PostgreSQL refuses in texts, and in jsonb."""
    return _NUL.sub(rb"\1", encoded) if b"\\u0000" in encoded else encoded
