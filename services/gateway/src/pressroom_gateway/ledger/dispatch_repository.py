"""The dispatcher's view of the ledger in PostgreSQL."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec

from pressroom_common.contracts import WorkerHeartbeat
from pressroom_common.database import Database, Row, Transaction, as_json

from . import dispatch_statements as statements
from .capacity import Capacity, Load, Scope, Windows
from .job import Job
from .records import Ahead, DueJob
from .repository import PostgresWork, windows_json

_load = msgspec.json.Decoder(Load)
_job = msgspec.json.Decoder(Job)


class PostgresRound(PostgresWork):
    """Locked candidates, and the lock on all places."""

    def __init__(self, transaction: Transaction, rows: Sequence[Row], capacity: Capacity) -> None:
        super().__init__(transaction, ())
        self.capacity = capacity
        self.due: dict[UUID, DueJob] = {}
        for row in rows:
            job = _job.decode(row.job)
            self.jobs[job.id] = job
            self.due[job.id] = DueJob(size=row.size, request_id=row.request_id)
            self.now = row.now


class PostgresPlaces:
    """`silence`: seconds after which a worker that was not heard of counts as gone."""

    def __init__(self, database: Database, windows: Windows, silence: float) -> None:
        self._database = database
        self._windows = windows
        self._silence = silence

    async def load(self) -> Load:
        rows = await self._database.fetch(statements.LOAD, silence=self._silence)
        return _load.decode(rows[0].load)

    async def capacity(self) -> Capacity:
        load = await self.load()
        self._windows.follow(load)
        return self._windows.capacity(load)

    async def waiting(self) -> dict[str, int]:
        return {row.queue: row.jobs for row in await self._database.fetch(statements.WAITING)}

    async def any_waiting(self) -> bool:
        return bool((await self._database.fetch(statements.ANY_WAITING))[0].waiting)

    @asynccontextmanager
    async def round(self, limit: int) -> AsyncIterator[PostgresRound]:
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(statements.LOCK_LOAD, silence=self._silence)
            load = _load.decode(rows[0].load)
            self._windows.follow(load)
            await transaction.execute(statements.WAKE_KEYS)
            candidates = await transaction.fetch(
                statements.CANDIDATES,
                taken=as_json(load.taken),
                windows=windows_json(self._windows),
                tenant_jobs=self._windows.limits.tenant_jobs,
                batch=limit,
            )
            work = PostgresRound(transaction, candidates, self._windows.capacity(load))
            work.capacity.busy_keys |= await _busy_keys(transaction, work.jobs.values())
            yield work

    async def busy_keys(self, jobs: Iterable[Job]) -> set[tuple[UUID, str]]:
        async with self._database.transaction() as transaction:
            return await _busy_keys(transaction, jobs)

    async def ahead(self, job: Job) -> Ahead:
        rows = await self._database.fetch(
            statements.AHEAD, queue=job.queue, tenant_id=job.tenant_id, due_at=job.due_at, id=job.id
        )
        return Ahead(**dict(rows[0]))

    async def heard(self, heartbeat: WorkerHeartbeat) -> None:
        if heartbeat.stopped or heartbeat.heartbeat.draining:
            await self._database.execute(statements.WORKER_GONE, name=heartbeat.worker)
            return
        await self._database.execute(
            statements.WORKER_HEARD,
            name=heartbeat.worker,
            service=heartbeat.heartbeat.service,
            slots=as_json(heartbeat.heartbeat.slots),
        )

    async def forget_workers(self) -> None:
        await self._database.execute(statements.FORGET_WORKERS)

    async def hold(self, scope: Scope, name: str, who: str) -> None:
        await self._database.execute(statements.HOLD, scope=scope, name=name, held_by=who)

    async def release(self, scope: Scope, name: str) -> bool:
        return await self._database.execute(statements.RELEASE, scope=scope, name=name) > 0


async def _busy_keys(transaction: Transaction, jobs: Iterable[Job]) -> set[tuple[UUID, str]]:
    keys = {job.concurrency_key for job in jobs if job.concurrency_key is not None}
    if not keys:
        return set()
    rows = await transaction.fetch(statements.BUSY_KEYS, keys=list(keys))
    return {(row.tenant_id, row.concurrency_key) for row in rows}
