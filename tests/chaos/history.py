"""What the monitor keeps of jobs, read beside the ledger."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from integration.delivery.rows import Tables, read
from pressroom_common.contracts import JobStatus, RunState


class Told(Struct, frozen=True, kw_only=True):
    """Of `monitor.jobs`."""

    job_id: UUID
    status: JobStatus
    version: int
    attempt: int
    error_code: str
    started_at: datetime | None
    completed_at: datetime | None


class Ending(Struct, frozen=True, kw_only=True):
    """Of `monitor.endings`."""

    job_id: UUID
    version: int
    status: JobStatus


class Attempt(Struct, frozen=True, kw_only=True):
    """Of `monitor.attempts`."""

    job_id: UUID
    attempt: int
    n: int
    state: RunState


class Spent(Struct, frozen=True, kw_only=True):
    """Of `monitor.usages`."""

    job_id: UUID
    by_model: dict[str, dict[str, int]]


class History(Struct, frozen=True, kw_only=True):
    jobs: dict[UUID, Told] = {}
    endings: frozenset[tuple[UUID, int, JobStatus]] = frozenset()
    """Job, version, status."""
    attempts: dict[tuple[UUID, int], Attempt] = {}
    spent: dict[UUID, Spent] = {}
    counts: dict[str, int] = {}
    """Jobs by status, as the monitor counts them."""


class Made(Struct, frozen=True, kw_only=True):
    """A job's beginning, of `gateway.jobs`."""

    id: UUID
    tenant: str
    """Its slug."""
    created_at: datetime


class ChaosTables(Tables):
    async def made(self) -> dict[UUID, Made]:
        connection = await self._connected()
        source = "(SELECT j.id, t.slug AS tenant, j.created_at FROM gateway.jobs j JOIN gateway.tenants t"
        found = await read(connection, Made, f"{source} ON t.id = j.tenant_id) made")
        return {each.id: each for each in found}

    async def history(self) -> History:
        connection = await self._connected()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            jobs = await read(connection, Told, "monitor.jobs")
            endings = await read(connection, Ending, "monitor.endings")
            attempts = await read(connection, Attempt, "monitor.attempts")
            spent = await read(connection, Spent, "monitor.usages")
            counts = await connection.fetch(
                "SELECT status, sum(jobs)::int AS jobs FROM monitor.job_counts GROUP BY status HAVING sum(jobs) <> 0"
            )
        return History(
            jobs={told.job_id: told for told in jobs},
            endings=frozenset((ending.job_id, ending.version, ending.status) for ending in endings),
            attempts={(attempt.job_id, attempt.attempt): attempt for attempt in attempts},
            spent={each.job_id: each for each in spent},
            counts={record["status"]: record["jobs"] for record in counts},
        )

    async def behind(self) -> int:
        """Jobs of which the monitor has not heard the last word."""
        connection = await self._connected()
        return int(
            await connection.fetchval("""
            SELECT count(*) FROM gateway.jobs j LEFT JOIN monitor.jobs m ON m.job_id = j.id AND m.version = j.version
            WHERE m.job_id IS NULL""")
        )

    async def open_calls(self, holder: str) -> set[UUID]:
        """Recorded by this process, and not settled."""
        connection = await self._connected()
        records = await connection.fetch(
            """SELECT c.id FROM generator.calls c JOIN generator.runs r ON (r.job_id, r.claim) = (c.job_id, c.claim)
            WHERE c.outcome IS NULL AND r.holder = $1""",
            holder,
        )
        return {record["id"] for record in records}
