"""A full ledger: finished and waiting jobs of five tenants, some that are out, some behind a key, and two workers."""

import asyncpg
from pydantic import SecretStr

from bench.jobs import insert_waiting, new_job
from pressroom_common.contracts import Lane
from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_common.settings import DatabaseSettings
from pressroom_gateway.ledger.records import NewJob
from pressroom_gateway.migrations import SCHEMA

TENANTS = 5
OUT = 1_000
"""Jobs that workers have, or that are on their way to them, not yet confirmed."""
BEHIND_KEYS = 2_000
_KINDS = ("generation.prompt", "generation.article")
_LANES_IN_TURN: tuple[Lane, ...] = ("default", "default", "default", "low", "high")

_TENANT = "INSERT INTO tenants (id, slug, name) VALUES ($1, $2, 'Bench')"
_WORKERS = """
INSERT INTO workers (name, service, slots, heard_at)
SELECT 'generator-' || number, 'generator', '{"high": 20, "default": 50, "low": 10}', now()
FROM generate_series(1, 2) AS number
"""
# As they would be after a month: each told twice more.
_FINISH = """
WITH finished AS (
    UPDATE jobs SET status = CASE WHEN random() < 0.02 THEN 'failed' ELSE 'completed' END, out = true, confirmed = true,
        dispatch = 1, publications = 1, place = NULL, due_at = NULL, claim = 1, n = 2, version = 3,
        published_at = created_at, heard_at = created_at, started_at = created_at, result = $1,
        completed_at = created_at - random() * interval '30 days',
        usage = '{"gpt-5.4-mini": {"calls": 1, "input_tokens": 812, "output_tokens": 344}}'
    RETURNING id, status, completed_at
)
INSERT INTO job_log (job_id, version, status, attempt, at, worker)
SELECT id, version, CASE version WHEN 2 THEN 'processing' ELSE status END, 1, completed_at, 'generator-1'
FROM finished, generate_series(2, 3) AS version ORDER BY id, version
"""
_TAKE = """
UPDATE jobs SET status = CASE WHEN random() < 0.5 THEN 'processing' ELSE 'pending' END, out = true, dispatch = 1,
    publications = 1, place = 'taken', claim = 1, n = 1, published_at = now(), heard_at = now(), started_at = now(),
    due_at = now() + random() * interval '35 seconds'
WHERE id IN (SELECT id FROM jobs WHERE place = 'wanted' ORDER BY id LIMIT $1)
"""
# A key of each tenant: one of its jobs is out, the others wait behind it.
_KEY = "'site-' || get_byte(uuid_send(id), 15) % 50"
_BUSY_KEYS = f"""
UPDATE jobs SET concurrency_key = {_KEY} WHERE id IN (
    SELECT DISTINCT ON (tenant_id, {_KEY}) id FROM jobs WHERE place = 'taken' ORDER BY tenant_id, {_KEY}
)
"""
_BEHIND_KEYS = f"""
UPDATE jobs SET concurrency_key = {_KEY}, behind_key = true, due_at = NULL
WHERE id IN (SELECT id FROM jobs WHERE place = 'wanted' ORDER BY id LIMIT $1)
"""


class Filling:
    """Made through the ledger's own INSERT, and then moved on in SQL."""

    def __init__(self, owner: asyncpg.Connection, url: str) -> None:
        self._owner = owner
        self._database = Database(DatabaseSettings(database_url=SecretStr(url)), SCHEMA.name)
        self.tenants = tuple(uuid7() for _ in range(TENANTS))

    async def make(self, finished: int, waiting: int) -> None:
        for tenant in self.tenants:
            await self._owner.execute(_TENANT, tenant, tenant.hex)
        await insert_waiting(self._database, finished, self.new_jobs)
        await self._owner.execute(_FINISH, f'{{"text":"{"All about a bottle. " * 20}"}}', timeout=300)
        await insert_waiting(self._database, waiting, self.new_jobs)
        await self._owner.execute(_TAKE, OUT)
        await self._owner.execute(_BUSY_KEYS)
        await self._owner.execute(_BEHIND_KEYS, BEHIND_KEYS)
        for statement in (_WORKERS, "VACUUM ANALYZE"):
            await self._owner.execute(statement, timeout=300)
        await self._database.close()

    def new_jobs(self, begin: int, end: int) -> list[NewJob]:
        """Of all tenants, kinds and lanes in turn."""
        return [
            new_job(
                self.tenants[number % TENANTS],
                _LANES_IN_TURN[number // TENANTS % len(_LANES_IN_TURN)],
                _KINDS[number // 100 % len(_KINDS)],
            )
            for number in range(begin, end)
        ]
