"""The monitor's tables, as a test looks at them."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import text

from pressroom_common.contracts import Snapshot, Transition
from pressroom_common.database import Database
from pressroom_common.settings import DatabaseSettings
from pressroom_monitor.migrations import SCHEMA
from pressroom_monitor.read_repository import PostgresReads
from pressroom_monitor.repository import PostgresHistory
from unit.monitor import model
from unit.monitor.events import World

STALE = 120.0


def service_url(owner: str) -> str:
    """A role of the service's own, which the migration makes."""
    server = urlsplit(owner)
    return server._replace(netloc=f"monitor_test:monitor@{server.hostname}:{server.port}").geturl()


def about_jobs(world: World) -> list[Transition | Snapshot]:
    return [*world.transitions, *world.snapshots]


class HistoryDatabase:
    """The production's adapters, and plain looks at the tables."""

    def __init__(self, url: str) -> None:
        self.database = Database(DatabaseSettings(database_url=url, database_pool=5), SCHEMA.name)
        self.history = PostgresHistory(self.database, STALE)
        self.reads = PostgresReads(self.database, STALE)

    async def close(self) -> None:
        await self.database.close()

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.database.fetch(text(statement), **parameters)]

    async def value(self, statement: str, **parameters: Any) -> Any:
        return (await self.database.fetch(text(statement), **parameters))[0][0]

    async def execute(self, statement: str, **parameters: Any) -> None:
        await self.database.execute(text(statement), **parameters)

    async def check(self, world: World) -> None:
        """Every table holds what the model says of this world, and the counts beside them are exact."""
        jobs = list({event.job_id for event in about_jobs(world)})
        names = list({beat.worker for beat in world.heartbeats})
        await self._check("jobs", ["job_id"], model.jobs(world), jobs)
        await self._check("endings", ["job_id", "version"], model.endings(world), jobs)
        await self._check("attempts", ["job_id", "attempt"], model.attempts(world), jobs)
        await self._check("usages", ["job_id"], model.usages(world), jobs)
        await self._check("workers", ["name"], model.workers(world), names)
        tenants = list({event.tenant_id for event in about_jobs(world)})
        assert await self._job_counts(tenants) == model.job_counts(world)
        await self._check_minutes(tenants)

    async def _check(self, table: str, key: list[str], expected: model.Table, ids: list[Any]) -> None:
        found = await self.rows(f"SELECT * FROM {table} WHERE {key[0]} = ANY(:ids)", ids=ids)
        rows = {tuple(row[part] for part in key) if key[1:] else row[key[0]]: row for row in found}
        assert {at: {name: row[name] for name in expected.get(at, ())} for at, row in rows.items()} == expected

    async def _job_counts(self, tenants: list[UUID]) -> Counter[Any]:
        rows = await self.rows("SELECT * FROM job_counts WHERE tenant_id = ANY(:ids)", ids=tenants)
        counts = {(row["tenant_id"], row["kind"], row["status"]): row["jobs"] for row in rows}
        assert all(jobs >= 0 for jobs in counts.values())
        return +Counter(counts)

    async def _check_minutes(self, tenants: list[UUID]) -> None:
        """The counts by minute are those of the rows that they count."""
        kept = await self.rows(_KEPT, ids=tenants)
        counted = await self.rows(_COUNTED, ids=tenants)
        assert kept == counted


_KEPT = """
SELECT minute, tenant_id, kind, completed, failed, cancelled, input_tokens, output_tokens FROM minutes
WHERE tenant_id = ANY(:ids) AND (completed, failed, cancelled, input_tokens, output_tokens) <> (0, 0, 0, 0, 0)
ORDER BY 1, 2, 3
"""
_COUNTED = """
SELECT minute, tenant_id, kind, CAST(sum(completed) AS bigint) AS completed, CAST(sum(failed) AS bigint) AS failed,
    CAST(sum(cancelled) AS bigint) AS cancelled, CAST(sum(input_tokens) AS bigint) AS input_tokens,
    CAST(sum(output_tokens) AS bigint) AS output_tokens
FROM (
    SELECT date_trunc('minute', ended_at) AS minute, tenant_id, kind,
        CAST(status = 'completed' AS integer) AS completed, CAST(status = 'failed' AS integer) AS failed,
        CAST(status = 'cancelled' AS integer) AS cancelled,
        0 AS input_tokens, 0 AS output_tokens FROM endings
    UNION ALL
    SELECT date_trunc('minute', told_at), tenant_id, kind, 0, 0, 0, input_tokens, output_tokens FROM usages
) AS counted
WHERE tenant_id = ANY(:ids) GROUP BY 1, 2, 3
HAVING sum(completed) + sum(failed) + sum(cancelled) + sum(input_tokens) + sum(output_tokens) > 0
ORDER BY 1, 2, 3
"""
