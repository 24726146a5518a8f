"""Every row that tells of jobs, read in one snapshot of the database, beside the provider's own list of its calls."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from pressroom_common.contracts import CancelReason, JobStatus, RunState
from pressroom_common.worker.records import CallOutcome

Usage = dict[str, dict[str, int]]
"""By model."""


class Job(Struct, frozen=True, kw_only=True):
    """Of `gateway.jobs`."""

    id: UUID
    status: JobStatus
    attempt: int
    attempt_base: int
    out: bool
    claim: int
    n: int
    version: int
    publications: int
    cancel_requested: CancelReason | None
    run_at: datetime | None
    completed_at: datetime | None
    error: dict[str, Any] | None
    usage: Usage
    result: dict[str, Any] | None


class Entry(Struct, frozen=True, kw_only=True):
    """Of `gateway.job_log`."""

    job_id: UUID
    version: int
    status: JobStatus
    attempt: int
    at: datetime
    worker: str


class Run(Struct, frozen=True, kw_only=True):
    """Of `generator.runs`."""

    job_id: UUID
    attempt: int
    claim: int
    n: int
    claims: int
    state: RunState
    holder: str
    cancelled_by: CancelReason | None
    lease_until: datetime
    ended_at: datetime | None
    updated_at: datetime
    error: dict[str, Any] | None
    usage: Usage
    result: dict[str, Any] | None


class Call(Struct, frozen=True, kw_only=True):
    """Of `generator.calls`."""

    id: UUID
    job_id: UUID
    attempt: int
    claim: int
    step: str
    model: str
    sent_at: datetime
    ended_at: datetime | None
    outcome: CallOutcome | None
    possible_double_charge: bool
    usage: dict[str, int] | None

    @property
    def purchase(self) -> tuple[UUID, int, str]:
        """What is bought once only, unless it was lost."""
        return self.job_id, self.attempt, self.step


class Heard(Struct, frozen=True, kw_only=True):
    """A call as the provider has it."""

    client_request_id: str | None
    outcome: str
    time: float
    """Seconds of the epoch."""
    ended_at: float | None


class Parked(Struct, frozen=True, kw_only=True):
    """Of `gateway.parked`."""

    id: UUID
    status: str
    reason: str
    queue: str
    type: str
    job_id: UUID | None
    body: bytes


class Rows(Struct, frozen=True, kw_only=True):
    jobs: dict[UUID, Job]
    log: dict[UUID, list[Entry]]
    """By job, in the order of versions."""
    runs: dict[UUID, Run]
    calls: dict[UUID, list[Call]]
    """By job, in the order they were sent in."""

    @property
    def all_calls(self) -> list[Call]:
        return [call for calls in self.calls.values() for call in calls]

    def of(self, ids: Iterable[UUID]) -> "Rows":
        """Only what tells of these jobs."""
        wanted = set(ids)
        return Rows(
            jobs={id_: job for id_, job in self.jobs.items() if id_ in wanted},
            log={id_: entries for id_, entries in self.log.items() if id_ in wanted},
            runs={id_: run for id_, run in self.runs.items() if id_ in wanted},
            calls={id_: calls for id_, calls in self.calls.items() if id_ in wanted},
        )

    def second_calls(self) -> list[list[Call]]:
        """The purchases that were made more than once: their calls, in order. What was refused was not bought."""
        bought: dict[tuple[UUID, int, str], list[Call]] = defaultdict(list)
        for call in self.all_calls:
            if call.outcome != "refused":
                bought[call.purchase].append(call)
        return [calls for calls in bought.values() if len(calls) > 1]


T = TypeVar("T", bound=Struct)


class Tables:
    """A connection as the owner of the database, who sees the tables of all services; made anew where it broke."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: asyncpg.Connection | None = None

    async def restless(self) -> list[str]:
        """Why the system is not at rest: jobs without an end, calls without an outcome, words that are on their way."""
        connection = await self._connected()
        return [record["reason"] for record in await connection.fetch(_RESTLESS)]

    async def read(self) -> Rows:
        connection = await self._connected()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            jobs = await read(connection, Job, "gateway.jobs ORDER BY id")
            log = await read(connection, Entry, "gateway.job_log ORDER BY job_id, version")
            runs = await read(connection, Run, "generator.runs ORDER BY job_id")
            calls = await read(connection, Call, "generator.calls ORDER BY sent_at, claim, id")
        return Rows(
            jobs={job.id: job for job in jobs},
            log=_by_job(log),
            runs={run.job_id: run for run in runs},
            calls=_by_job(calls),
        )

    async def parked(self) -> list[Parked]:
        return await read(await self._connected(), Parked, "gateway.parked ORDER BY id")

    async def take_parked(self) -> list[Parked]:
        """What is there, and is deleted."""
        connection = await self._connected()
        async with connection.transaction():
            found = await self.parked()
            await connection.execute("DELETE FROM gateway.parked WHERE id = ANY($1)", [row.id for row in found])
        return found

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url, timeout=10)
            for type_ in ("json", "jsonb"):
                await self._connection.set_type_codec(
                    type_, schema="pg_catalog", encoder=msgspec.json.encode, decoder=msgspec.json.decode
                )
        return self._connection


_RESTLESS = """
SELECT format('job %s is %s', id, status) AS reason FROM gateway.jobs
WHERE status NOT IN ('completed', 'failed', 'cancelled')
UNION ALL SELECT format('call %s of job %s is open', id, job_id) FROM generator.calls WHERE outcome IS NULL
UNION ALL SELECT format('job %s is at n %s, its run at %s', j.id, j.n, r.n)
FROM gateway.jobs j JOIN generator.runs r ON r.job_id = j.id WHERE j.out AND j.n < r.n
"""


async def read(connection: asyncpg.Connection, type_: type[T], source: str) -> list[T]:
    records = await connection.fetch(f"SELECT {', '.join(type_.__struct_fields__)} FROM {source}")
    return [msgspec.convert(dict(record), type_) for record in records]


def _by_job(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.job_id].append(row)
    return dict(found)
