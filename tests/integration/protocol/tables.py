"""The run tables as a test looks at them, and how it lets time pass in them."""

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text

from pressroom_common.database import Database
from pressroom_common.settings import DatabaseSettings
from pressroom_common.worker.repository import PostgresRuns

LEASE = 3600.0
"""Seconds. No lease runs out by itself: tests shift them."""
CAP = 3


def service_url(owner: str) -> str:
    """A role of the service's own, which the migration makes."""
    server = urlsplit(owner)
    return server._replace(netloc=f"generator_test:generator@{server.hostname}:{server.port}").geturl()


class RunsDatabase:
    def __init__(self, url: str, connections: int = 12) -> None:
        settings = DatabaseSettings(database_url=SecretStr(url), database_pool=connections)
        self.database = Database(settings, "generator")

    async def close(self) -> None:
        await self.database.close()

    def runs(self, holder: str = "generator-1", keeping: Collection[str] = ()) -> PostgresRuns:
        return PostgresRuns(self.database, holder, LEASE, CAP, keeping)

    async def clear(self) -> None:
        for table in ("runs", "calls", "steps", "belongings"):
            await self.database.execute(text(f"DELETE FROM {table}"))

    async def lapse(self, job_id: UUID) -> None:
        """As if the lease's time had passed."""
        await self.database.execute(
            text("UPDATE runs SET lease_until = now() - interval '1 second' WHERE job_id = :job_id"), job_id=job_id
        )

    async def wake(self, job_id: UUID) -> None:
        """As if the snooze's time had passed."""
        await self.database.execute(
            text("UPDATE runs SET not_before = now() - interval '1 second' WHERE job_id = :job_id"), job_id=job_id
        )

    async def hidden(self) -> dict[UUID, tuple[int, bool]]:
        """What is never told: how often an attempt was claimed, and whether the lease is live."""
        rows = await self.rows("SELECT job_id, claims, lease_until > now() AS live FROM runs")
        return {row["job_id"]: (row["claims"], row["live"]) for row in rows}

    async def rows(self, statement: str, **parameters: Any) -> Sequence[Any]:
        return await self.database.fetch(text(statement), **parameters)
