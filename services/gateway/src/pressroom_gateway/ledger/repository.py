"""The ledger in PostgreSQL."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.contracts import Hold, JobError, JobStatus, RunJob, Step, Transition, TransitionPage, Usage
from pressroom_common.database import Database, Row, Transaction, as_json

from . import batch_statements, bulk_statements, statements
from .capacity import Windows
from .job import Job, LogEntry
from .policy import Policy
from .records import (
    DueJob,
    JobFilter,
    JobInput,
    JobView,
    ListQuery,
    LoggedTransition,
    MadeJob,
    Mark,
    Measured,
    Needed,
    NewBatch,
    NewJob,
    Output,
)

_ERROR = msgspec.json.Decoder(JobError)
_STEPS = msgspec.json.Decoder(tuple[Step, ...])
_USAGE = msgspec.json.Decoder(dict[str, Usage])
_BEGINNING = "0.00000000-0000-0000-0000-000000000000.0"


class PostgresWork:
    """Locked jobs, in the transaction that locks them."""

    def __init__(self, transaction: Transaction, rows: Sequence[Row]) -> None:
        self._transaction = transaction
        self.jobs = {row.id: job_of(row) for row in rows}
        self.now: datetime = rows[0].now if rows else datetime.now(UTC)

    async def write(self, jobs: Sequence[Job], entries: Sequence[LogEntry]) -> None:
        await self._transaction.execute(statements.WRITE, rows=as_json(jobs), entries=as_json(entries))

    async def inputs(self, job_ids: Sequence[UUID]) -> dict[UUID, Raw]:
        if not job_ids:
            return {}
        rows = await self._transaction.fetch(statements.INPUTS, ids=list(job_ids))
        return {row.id: Raw(row.input.encode()) for row in rows}


class PostgresDueWork(PostgresWork):
    def __init__(self, transaction: Transaction, rows: Sequence[Row]) -> None:
        super().__init__(transaction, rows)
        self.due = {
            row.id: DueJob(size=row.size, request_id=row.request_id, held=row.get("held", False)) for row in rows
        }


class PostgresWaitingWork(PostgresWork):
    """Locked jobs, with what each of them depends on."""

    def __init__(self, transaction: Transaction, rows: Sequence[Row], needs: Sequence[Row]) -> None:
        super().__init__(transaction, rows)
        self.needs: dict[UUID, list[Needed]] = {}
        for row in needs:
            needed = Needed(id=row.id, name=row.name, status=row.status)
            self.needs.setdefault(row.job_id, []).append(needed)

    async def measured(self, job_ids: Sequence[UUID]) -> dict[UUID, Measured]:
        rows = await self._transaction.fetch(batch_statements.MEASURED, ids=list(job_ids))
        return {row.id: Measured(length=row.length, size=row.size) for row in rows}

    async def outputs(self, job_ids: Sequence[UUID]) -> dict[UUID, list[Output]]:
        found: dict[UUID, list[Output]] = {}
        for row in await self._transaction.fetch(batch_statements.OUTPUTS, ids=list(job_ids)):
            result = Raw(row.result.encode()) if row.result else None
            found.setdefault(row.job_id, []).append(Output(token=row.token, result=result))
        return found

    async def fill(self, inputs: Mapping[UUID, Raw]) -> None:
        rows = [{"id": job_id, "input": input_} for job_id, input_ in inputs.items()]
        await self._transaction.execute(batch_statements.FILL, rows=as_json(rows))


class PostgresJobs:
    def __init__(self, database: Database, policy: Policy, windows: Windows) -> None:
        self._database = database
        self._policy = policy
        self._windows = windows

    async def insert(self, jobs: Sequence[NewJob]) -> list[MadeJob | None]:
        return await self._insert(self._database, jobs)

    async def insert_batch(self, batch: NewBatch) -> list[MadeJob | None] | None:
        async with self._database.transaction() as transaction:
            if not await transaction.execute(batch_statements.MAKE, **_batch_row(batch)):
                return None
            made = await self._insert(transaction, batch.jobs)
            if batch.dependencies:
                await transaction.execute(batch_statements.DEPEND, rows=as_json(batch.dependencies))
            return made

    async def _insert(self, door: Database | Transaction, jobs: Sequence[NewJob]) -> list[MadeJob | None]:
        rows = await door.fetch(
            statements.INSERT,
            rows=as_json(jobs),
            windows=windows_json(self._windows),
            tenant_jobs=self._windows.limits.tenant_jobs,
            publish_wait=self._policy.publish_wait,
        )
        made = {row.id: MadeJob(id=row.id, status=row.status, created_at=row.created_at, out=row.out) for row in rows}
        return [made.get(job.id) for job in jobs]

    async def made_before(self, tenant_id: UUID, key: str) -> MadeJob | None:
        rows = await self._database.fetch(statements.OF_KEY, tenant_id=tenant_id, key=key)
        if not rows:
            return None
        row = rows[0]
        waited = row.run_at is not None and row.run_at > row.created_at
        status: JobStatus = "scheduled" if waited else "pending"
        return MadeJob(id=row.id, status=status, created_at=row.created_at, fingerprint=row.fingerprint)

    async def forget_keys(self, seconds: float) -> int:
        return await self._database.execute(statements.FORGET_KEYS, seconds=seconds)

    async def confirm(self, commands: Sequence[RunJob]) -> None:
        rows = [{"id": c.job_id, "attempt": c.attempt, "dispatch": c.dispatch} for c in commands]
        queues = self._policy.waits.by_queue
        waits = [{"queue": queue, "seconds": self._policy.unclaimed(queue)} for queue in queues]
        await self._database.execute(
            statements.CONFIRM,
            rows=as_json(rows),
            waits=as_json(waits),
            unclaimed_wait=self._policy.unclaimed_wait,
            unclaimed_wait_limit=self._policy.unclaimed_wait_limit,
        )

    @asynccontextmanager
    async def locked(self, ids: Sequence[UUID]) -> AsyncIterator[PostgresWork]:
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(statements.LOCK, ids=list(ids))
            yield PostgresWork(transaction, rows)

    @asynccontextmanager
    async def locked_shown(self, ids: Sequence[UUID]) -> AsyncIterator[PostgresDueWork]:
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(statements.LOCK_SHOWN, ids=list(ids))
            yield PostgresDueWork(transaction, rows)

    @asynccontextmanager
    async def locked_due(self, limit: int, *, silent: bool) -> AsyncIterator[PostgresDueWork]:
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(statements.LOCK_DUE, limit=limit, silent=silent)
            yield PostgresDueWork(transaction, rows)

    async def unsettled(self, limit: int) -> list[Mark]:
        rows = await self._database.fetch(batch_statements.UNSETTLED, limit=limit)
        return [Mark(id=row.id, seen=row.seen) for row in rows]

    async def waiting_for(self, ids: Sequence[UUID]) -> list[UUID]:
        return [row.id for row in await self._database.fetch(batch_statements.WAITING_FOR, ids=list(ids))]

    @asynccontextmanager
    async def locked_waiting(self, ids: Sequence[UUID]) -> AsyncIterator[PostgresWaitingWork]:
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(statements.LOCK, ids=list(ids))
            needs = await transaction.fetch(batch_statements.NEEDS, ids=list(ids))
            yield PostgresWaitingWork(transaction, rows, needs)

    async def settled(self, marks: Sequence[Mark]) -> None:
        await self._database.execute(batch_statements.SETTLED, rows=as_json(marks))

    async def needs(self, job_id: UUID) -> list[Needed]:
        rows = await self._database.fetch(batch_statements.NEEDS, ids=[job_id])
        return [Needed(id=row.id, name=row.name, status=row.status) for row in rows]

    async def heard(self, holds: Sequence[Hold]) -> None:
        await self._database.execute(statements.HEARD, rows=as_json(holds), silence=self._policy.silence)

    async def get(self, tenant_id: UUID, job_id: UUID) -> JobView | None:
        rows = await self._database.fetch(statements.GET, tenant_id=tenant_id, id=job_id)
        return view_of(rows[0]) if rows else None

    async def read(self, job_id: UUID) -> tuple[Job, datetime] | None:
        rows = await self._database.fetch(statements.READ, id=job_id)
        return (job_of(rows[0]), rows[0].now) if rows else None

    async def input_of(self, tenant_id: UUID, job_id: UUID) -> JobInput | None:
        rows = await self._database.fetch(statements.INPUT, tenant_id=tenant_id, id=job_id)
        if not rows:
            return None
        fields = dict(rows[0])
        fields["input"] = Raw(fields["input"].encode())
        fields["metadata"] = Raw(fields["metadata"].encode()) if fields["metadata"] else None
        return JobInput(**fields)

    async def list(self, query: ListQuery) -> list[JobView]:
        statement = statements.LIST if query.batch_id is None else statements.LIST_OF_BATCH
        rows = await self._database.fetch(statement, **msgspec.structs.asdict(query))
        return [view_of(row) for row in rows]

    async def statuses(self, tenant_id: UUID, job_ids: Sequence[UUID]) -> dict[UUID, JobStatus]:
        rows = await self._database.fetch(statements.SUMMARY, tenant_id=tenant_id, ids=job_ids)
        return {row.id: row.status for row in rows}

    async def count(self, wanted: JobFilter) -> int:
        rows = await self._database.fetch(bulk_statements.COUNT, **msgspec.structs.asdict(wanted))
        return int(rows[0].jobs)

    async def matching(self, wanted: JobFilter, after: UUID, limit: int) -> Sequence[UUID]:
        given = msgspec.structs.asdict(wanted)
        rows = await self._database.fetch(bulk_statements.MATCHING, **given, after=after, limit=limit)
        return [row.id for row in rows]

    async def matching_chains(self, wanted: JobFilter, first: Sequence[UUID]) -> Sequence[UUID]:
        given = msgspec.structs.asdict(wanted)
        rows = await self._database.fetch(bulk_statements.MATCHING_CHAINS, **given, first=list(first))
        return [row.id for row in rows]

    async def hide(self, job_ids: Sequence[UUID]) -> int:
        return await self._database.execute(bulk_statements.HIDE, ids=job_ids)

    async def of_all_tenants(self, wanted: JobFilter, before: UUID, limit: int) -> Sequence[JobView]:
        given = msgspec.structs.asdict(wanted)
        rows = await self._database.fetch(bulk_statements.LIST_ALL, **given, before=before, limit=limit)
        return [view_of(row) for row in rows]

    async def hand_over(self, job_id: UUID) -> JobStatus | None:
        rows = await self._database.fetch(statements.HAND_OVER, id=job_id)
        return rows[0].status if rows else None

    async def of_any_tenant(self, job_id: UUID) -> JobView | None:
        rows = await self._database.fetch(bulk_statements.GET_ANY, id=job_id)
        return view_of(rows[0]) if rows else None

    async def timeline(self, job_id: UUID) -> Sequence[LoggedTransition]:
        rows = await self._database.fetch(statements.TIMELINE, id=job_id)
        return [
            LoggedTransition(
                version=row.version,
                status=row.status,
                attempt=row.attempt,
                at=row.at,
                error=_error(row.error),
                worker=row.worker,
            )
            for row in rows
        ]

    async def transitions(self, after: str, limit: int) -> TransitionPage:
        xid, job_id, version = (after or _BEGINNING).split(".")
        rows = await self._database.fetch(
            statements.TRANSITIONS, xid=xid, job_id=UUID(job_id), version=int(version), limit=limit
        )
        if not rows:
            return TransitionPage(transitions=(), next=after)
        last = rows[-1]
        return TransitionPage(transitions=tuple(_transitions(rows)), next=f"{last.xid}.{last.job_id}.{last.version}")


def _transitions(rows: Iterable[Row]) -> Iterable[Transition]:
    for row in rows:
        fields = dict(row)
        fields.pop("xid")
        yield Transition(**fields)


def _error(stored: str | None) -> JobError | None:
    return _ERROR.decode(stored) if stored else None


def _batch_row(batch: NewBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "tenant_id": batch.tenant_id,
        "name": batch.name,
        "kind": batch.kind,
        "total": len(batch.jobs),
        "metadata": bytes(batch.metadata).decode() if batch.metadata else None,
        "refused": bytes(batch.refused).decode(),
        "created_by": batch.created_by,
        "idempotency_key": batch.idempotency_key,
        "fingerprint": batch.fingerprint,
    }


def windows_json(windows: Windows) -> str:
    """The parameter `windows` of statements that give places away."""
    rows = [{"queue": name, "size": each.size, "cap": each.cap} for name, each in windows.by_queue.items()]
    return as_json(rows)


def job_of(row: Row) -> Job:
    """From the columns `statements.JOB`."""
    fields = {name: row[name] for name in _COLUMNS}
    return Job(error=_error(row.error), usage=_USAGE.decode(row.usage), redo=tuple(row.redo), **fields)


_COLUMNS = tuple(field for field in Job.__struct_fields__ if field not in {"error", "usage", "redo", "steps", "result"})


def view_of(row: Mapping[str, Any]) -> JobView:
    """From the columns `statements.VIEW`, and a result where there is one."""
    fields = dict(row)
    fields["error"] = _error(fields["error"])
    fields["usage"] = _USAGE.decode(fields["usage"])
    fields["steps"] = _STEPS.decode(fields["steps"])
    for name in ("metadata", "result"):
        fields[name] = Raw(fields[name].encode()) if fields[name] else None
    return JobView(**fields)
