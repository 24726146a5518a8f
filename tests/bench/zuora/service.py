"""The service as it is delivered, its database, and commands as the ledger sends them."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import aio_pika
import asyncpg
import msgspec
from msgspec import Raw
from pydantic import SecretStr

from bench.stack import Stack, answering
from pressroom_common import topology
from pressroom_common.contracts import ZUORA_SYNC, RunJob, SyncInput, SyncResult, encode
from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_common.migrations.runner import migrate
from pressroom_common.settings import DatabaseSettings
from pressroom_common.zuora_reads import NewEnvironment
from pressroom_zuora_sync.customers.repository import PostgresCustomers
from pressroom_zuora_sync.customers.sealing import Sealing
from pressroom_zuora_sync.migrations import SCHEMA
from pressroom_zuora_sync.vault import Vault

NAME = "zuora-sync-1"
CONCURRENCY = 40
_TENANT = UUID(int=8)
_KEY = b"k" * 32
_PATIENCE = 600.0
_ENDED = """SELECT job_id, state, CAST(result AS text) AS result, CAST(error AS text) AS error FROM zuora_sync.runs
WHERE job_id = ANY($1::uuid[]) AND ended_at IS NOT NULL"""


@dataclass(frozen=True)
class Service:
    """Running. `pids`: by name."""

    pids: dict[str, int]
    origin: str
    owner_url: str
    amqp_url: str
    database: Database

    async def environment(self, client_id: str) -> UUID:
        """A customer of its own, with one environment."""
        environment_id = uuid7()
        wish = NewEnvironment(
            name="production", base_url=self.origin, client_id=client_id, client_secret=SecretStr("fake")
        )
        row = Sealing(Vault({"key-1": _KEY}, "key-1"), frozenset([self.origin])).row(environment_id, wish)
        await PostgresCustomers(self.database).add(_TENANT, uuid7(), client_id, [row])
        return environment_id

    async def sync(self, *environments: UUID, lane: str = "default") -> tuple[list[SyncResult], float]:
        """All at once; their results, and the seconds from the first command to the last end."""
        commands = [_command(environment_id) for environment_id in environments]
        began = time.perf_counter()
        async with await aio_pika.connect(self.amqp_url, timeout=10) as connection:
            exchange = await (await connection.channel()).get_exchange(topology.COMMANDS)
            for command in commands:
                await exchange.publish(aio_pika.Message(encode(command)), f"zuora-sync.{lane}")
        results = await self._results([command.job_id for command in commands], began)
        return results, time.perf_counter() - began

    async def _results(self, jobs: Sequence[UUID], began: float) -> list[SyncResult]:
        rows = await asyncpg.connect(self.owner_url)
        try:
            while len(ended := await rows.fetch(_ENDED, jobs)) < len(jobs):
                if time.perf_counter() - began > _PATIENCE:
                    raise SystemExit(f"{len(jobs) - len(ended)} of {len(jobs)} syncs did not end")
                await asyncio.sleep(0.02)
        finally:
            await rows.close()
        for row in ended:
            if row["state"] != "completed":
                raise SystemExit(f"a sync is {row['state']}: {row['error']}")
        return [msgspec.json.decode(row["result"], type=SyncResult) for row in ended]


@asynccontextmanager
async def running_service(stack: Stack, origin: str) -> AsyncIterator[Service]:
    """`origin`: of the fake Zuora."""
    owner, amqp_url = stack.servers.fresh_database("zuora"), stack.servers.fresh_vhost("zuora")
    server = urlsplit(owner)
    url = server._replace(netloc=f"bench_zuora:bench@{server.hostname}:{server.port}").geturl()
    await asyncio.to_thread(migrate, SCHEMA, owner, url)
    port = stack.ports.port("zuora-sync-internal")
    ready = answering(f"http://127.0.0.1:{port}/readyz")
    database = Database(DatabaseSettings(database_url=SecretStr(url), database_pool=4), SCHEMA.name)
    with stack.processes() as group:
        group.start(NAME, "pressroom_zuora_sync", _env(url, amqp_url, port, origin), ready)
        try:
            yield Service(group.pids, origin, owner, amqp_url, database)
        finally:
            await database.close()


def _env(database_url: str, amqp_url: str, port: int, origin: str) -> dict[str, str]:
    settings = {
        "NAME": NAME,
        "DATABASE_URL": database_url,
        "AMQP_URL": amqp_url,
        "INTERNAL_PORT": str(port),
        "SECRET_KEYS": msgspec.json.encode({"key-1": base64.b64encode(_KEY).decode()}).decode(),
        "SECRET_KEY": "key-1",
        "SERVICE_TOKEN_SECRET": "service-token-secret-of-the-bench",
        "ALLOWED_HOSTS": msgspec.json.encode([origin]).decode(),
        "CONCURRENCY": str(CONCURRENCY),
    }
    return {f"ZUORA_SYNC_{name}": value for name, value in settings.items()}


def _command(environment_id: UUID) -> RunJob:
    now = datetime.now(UTC)
    return RunJob(
        id=uuid7(),
        source="bench",
        time=now,
        tenant_id=_TENANT,
        job_id=uuid7(),
        kind=ZUORA_SYNC,
        attempt=1,
        dispatch=1,
        input=Raw(encode(SyncInput(environment_id=environment_id))),
        not_after=now + timedelta(hours=24),
    )
