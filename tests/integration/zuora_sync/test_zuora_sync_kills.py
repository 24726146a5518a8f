"""The service as a process, killed in the middle of a sync: it resumes, and fetches nothing twice that was stored."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import aio_pika
import msgspec
import pytest

from integration.delivery.processes import Process, eventually
from integration.zuora_sync.conftest import service_url
from integration.zuora_sync.desk import VAULT_KEY, Desk, Job, database
from integration.zuora_sync.truths import equal
from pressroom_common import topology
from pressroom_common.contracts import encode, lane_queue
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.fake_zuora import AccountSpec, FakeZuora
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port
from pressroom_zuora_sync.migrations import SCHEMA

WORKFLOWS = 300
MOST = 8
SECRET, CANARY = "cl13nt-c4n4ry", "3xp0rt-c4n4ry"


class Service:
    """`zuora-sync` as it is delivered; the test is the ledger that sends it commands."""

    def __init__(self, infrastructure: Infrastructure, folder: Path, origin: str) -> None:
        self.owner = infrastructure.fresh_database("zuora_kills")
        self.amqp_url = infrastructure.fresh_vhost("zuora_kills")
        migrate(SCHEMA, self.owner, service_url(self.owner))
        port = any_free_port()
        settings = {
            "NAME": "zuora-sync-1",
            "DATABASE_URL": service_url(self.owner),
            "AMQP_URL": self.amqp_url,
            "INTERNAL_PORT": str(port),
            "SECRET_KEYS": msgspec.json.encode({"key-1": base64.b64encode(VAULT_KEY).decode()}).decode(),
            "SECRET_KEY": "key-1",
            "SERVICE_TOKEN_SECRET": "service-token-secret-of-the-tests",
            "ALLOWED_HOSTS": msgspec.json.encode([origin]).decode(),
            "CONCURRENCY": str(MOST),
        }
        env = {f"ZUORA_SYNC_{name}": value for name, value in settings.items()}
        ready = f"http://127.0.0.1:{port}/readyz"
        self.process = Process("zuora-sync-1", "pressroom_zuora_sync", env, folder, ready=ready)

    async def start(self) -> None:
        self.process.start()
        await self.process.is_ready()

    async def send(self, job: Job) -> None:
        async with await aio_pika.connect(self.amqp_url, timeout=10) as connection:
            exchange = await (await connection.channel()).get_exchange(topology.COMMANDS)
            await exchange.publish(aio_pika.Message(encode(job.command())), lane_queue("zuora-sync", "default"))


@pytest.fixture
async def service(infrastructure: Infrastructure, tmp_path: Path, zuora_process: FakeZuora) -> AsyncIterator[Service]:
    await zuora_process.reset()
    made = await asyncio.to_thread(Service, infrastructure, tmp_path, zuora_process.origin)
    try:
        yield made
    finally:
        made.process.kill()


async def test_a_sync_whose_process_is_killed_goes_on_and_fetches_at_most_the_calls_in_flight_again(
    service: Service, zuora_process: FakeZuora
) -> None:
    async with database(service_url(service.owner)) as rows:
        desk = Desk(rows, zuora_process)
        await zuora_process.seed(
            AccountSpec(
                client_id="acme", client_secret=SECRET, canary=CANARY, workflows=WORKFLOWS, tasks=3, first_id=101
            )
        )
        await zuora_process.behaves(latency_ms=20)
        acme = await desk.environment("acme", secret=SECRET)
        job = desk.sync(acme)
        await service.start()
        for exported in (60, 160):
            await service.send(job)
            await job.has("exported", exported)
            service.process.kill()
            await service.start()
        await service.send(job)
        await is_over(desk, job.id)
        result = (await job.ended()).result
        assert (result.created, result.total, result.errors) == (WORKFLOWS, WORKFLOWS, ())
        fetched = (await zuora_process.log()).counts["acme"]["export"]
        assert WORKFLOWS <= fetched <= WORKFLOWS + 2 * MOST
        await equal(desk, acme, "acme")
    await zuora_process.behaves(latency_ms=0)
    assert not [secret for secret in (SECRET, CANARY) if secret in service.process.log]


async def is_over(desk: Desk, job_id: UUID) -> None:
    async def has_ended() -> bool:
        return bool(await desk.rows("SELECT 1 FROM runs WHERE job_id = :id AND ended_at IS NOT NULL", id=job_id))

    await eventually(has_ended, "the job is over", 60)
