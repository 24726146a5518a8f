"""A full ledger: finished and waiting jobs of five tenants, some that are out, some behind a key, and two workers."""

import asyncio
from collections.abc import Iterator

import asyncpg
from msgspec import Raw
from pydantic import SecretStr

from pressroom_common.contracts import Lane, lane_queue
from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_common.settings import DatabaseSettings
from pressroom_common.topology import LANES
from pressroom_gateway.ledger.capacity import Limits, Windows
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.records import NewJob
from pressroom_gateway.ledger.repository import PostgresJobs
from pressroom_gateway.migrations import SCHEMA

TENANTS = 5
OUT = 1_000
"""Jobs that workers have."""
BEHIND_KEYS = 2_000
_BATCH = 200
_KINDS = ("generation.prompt", "generation.article")
_LANES_IN_TURN: tuple[Lane, ...] = ("default", "default", "default", "low", "high")
_PROMPT = Raw(b'{"prompt":"Write a product text for a steel water bottle, in the voice of a mountain guide."}')
_TRACEPARENT = f"00-{'ab' * 16}-{'cd' * 8}-01"

_TENANT = "INSERT INTO tenants (id, slug, name) VALUES ($1, $2, 'Bench')"
_HOLD = "INSERT INTO holds (scope, name, held_by) SELECT 'lane', unnest(ARRAY['high', 'default', 'low']), 'bench'"
_NO_HOLD = "DELETE FROM holds"
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
UPDATE jobs SET status = 'processing', out = true, confirmed = true, dispatch = 1, publications = 1, place = 'taken',
    claim = 1, n = 1, published_at = now(), heard_at = now(), started_at = now(),
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
        windows = Windows(Limits(), [lane_queue("generator", lane) for lane in LANES])
        self._jobs = PostgresJobs(self._database, Policy(), windows)
        self.tenants = tuple(uuid7() for _ in range(TENANTS))

    async def make(self, finished: int, waiting: int) -> None:
        for tenant in self.tenants:
            await self._owner.execute(_TENANT, tenant, tenant.hex)
        await self._owner.execute(_HOLD)
        await self._insert(finished)
        await self._owner.execute(_FINISH, f'{{"text":"{"All about a bottle. " * 20}"}}', timeout=300)
        await self._insert(waiting)
        await self._owner.execute(_TAKE, OUT)
        await self._owner.execute(_BUSY_KEYS)
        await self._owner.execute(_BEHIND_KEYS, BEHIND_KEYS)
        for statement in (_NO_HOLD, _WORKERS, "VACUUM ANALYZE"):
            await self._owner.execute(statement, timeout=300)
        await self._database.close()

    async def _insert(self, count: int) -> None:
        """On two connections: PostgreSQL works while the next batch is put together."""
        batches = iter(range(0, count, _BATCH))

        async def client() -> None:
            for begin in batches:
                await self._jobs.insert(list(self.new_jobs(begin, min(begin + _BATCH, count))))

        await asyncio.gather(client(), client())

    def new_jobs(self, begin: int, end: int) -> Iterator[NewJob]:
        """Of all tenants, kinds and lanes in turn."""
        for number in range(begin, end):
            lane = _LANES_IN_TURN[number // TENANTS % len(_LANES_IN_TURN)]
            yield NewJob(
                id=uuid7(),
                tenant_id=self.tenants[number % TENANTS],
                kind=_KINDS[number // 100 % len(_KINDS)],
                lane=lane,
                queue=lane_queue("generator", lane),
                execution_mode="async",
                input=_PROMPT,
                created_by="bench",
                model="",
                request_id=uuid7().hex,
                traceparent=_TRACEPARENT,
            )
