"""The service as a process, killed in the middle of a sync: it resumes, and fetches nothing twice that was stored."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import aio_pika
import asyncpg  # type: ignore[import-untyped]
import msgspec
import pytest

from integration.delivery.processes import Process, eventually
from integration.zuora_sync.conftest import service_url
from integration.zuora_sync.desk import VAULT_KEY, Desk, Job, database
from integration.zuora_sync.truths import equal
from pressroom_common import topology
from pressroom_common.contracts import encode, lane_queue
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.fake_zuora import AccountSpec, Change, FakeZuora, Scenario
from pressroom_devstack.fake_zuora.calls import Call
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port
from pressroom_zuora_sync.migrations import SCHEMA

WORKFLOWS, TASKS = 1000, 20
MOST = 8
KILLED_AT = (30, 400, 850)
"""Exports that are stored: while the list is read, in the middle, and near the end."""
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


async def test_a_sync_of_1000_whose_process_is_killed_goes_on_and_fetches_at_most_the_calls_in_flight_again(
    service: Service, zuora_process: FakeZuora
) -> None:
    async with database(service_url(service.owner)) as rows:
        desk = Desk(rows, zuora_process)
        acme = await a_large_environment(desk)
        job = desk.sync(acme)
        await service.start()
        kills = [await killed(service, job, exported) for exported in KILLED_AT]
        await service.send(job)
        await is_over(desk, job.id)
        result = (await job.ended()).result
        assert (result.created, result.total, result.errors) == (WORKFLOWS, WORKFLOWS, ())
        assert result.tasks == WORKFLOWS * TASKS
        lists = await zuora_process.calls("list")
        assert len(calls_to(lists, kills[0])) < WORKFLOWS / 50 <= len(lists) <= WORKFLOWS / 50 + len(kills)
        calls = await zuora_process.calls("export")
        assert {call.workflow_id for call in calls} == set(range(101, 101 + WORKFLOWS))
        assert len(calls) <= WORKFLOWS + len(kills) * MOST
        for last in kills:
            before = calls_to(calls, last)
            again = {call.workflow_id for call in before} & {call.workflow_id for call in calls[len(before) :]}
            assert len(again) <= MOST
        await equal(desk, acme, "acme")
    assert not [secret for secret in (SECRET, CANARY) if secret in service.process.log]


async def test_a_sync_that_is_killed_while_it_updates_and_deletes_ends_with_what_is_there(
    service: Service, zuora_process: FakeZuora
) -> None:
    async with database(service_url(service.owner)) as rows:
        desk = Desk(rows, zuora_process)
        await zuora_process.seed(AccountSpec(client_id="acme", workflows=200, tasks=5, first_id=101))
        acme = await desk.environment("acme")
        async with desk.zuoras.running():
            assert (await desk.sync(acme).run()).result.created == 200
        gone = [Change(op="delete", workflow_id=id_) for id_ in range(101, 131)]
        edited = [Change(op="remove_task", workflow_id=id_) for id_ in range(141, 241)]
        await zuora_process.change("acme", *gone, *edited, Change(op="add"))
        await zuora_process.behaves(
            Scenario(kind="slow", endpoint="export", seconds=0.05, times=None),
            Scenario(kind="slow", endpoint="workflow", seconds=0.3, times=None),
        )
        job = desk.sync(acme)
        await service.start()
        await killed(service, job, 20)
        await service.send(job)
        await asks_by_id(zuora_process)
        service.process.kill()
        assert await desk.value("SELECT state FROM syncs WHERE job_id = :id", id=job.id) == "running"
        assert len(await desk.alive(acme)) == 201
        await service.start()
        await service.send(job)
        await is_over(desk, job.id)
        result = (await job.ended()).result
        assert (result.created, result.updated, result.unchanged, result.deleted) == (1, 100, 70, 30)
        await equal(desk, acme, "acme")


async def asks_by_id(zuora: FakeZuora) -> None:
    async def has_asked() -> bool:
        return len(await zuora.calls("workflow")) >= MOST + 1

    await eventually(has_asked, "workflows that are missing are asked for")


async def a_large_environment(desk: Desk) -> UUID:
    spec = AccountSpec(
        client_id="acme", client_secret=SECRET, canary=CANARY, workflows=WORKFLOWS, tasks=TASKS, first_id=101
    )
    await desk.zuora.seed(spec)
    await desk.zuora.behaves(latency_ms=10)
    return await desk.environment("acme", secret=SECRET)


async def killed(service: Service, job: Job, exported: int) -> int:
    """SIGKILL in the middle, once so many exports are stored, and started again; Zuora's number of the last call.

    At the worst moment: all that may be fetched before something is stored was fetched.
    """
    await service.send(job)
    await job.has("exported", exported)
    async with nothing_stored(service, job):
        service.process.kill()
    done = await job.desk.value("SELECT count(*) FROM sync_items WHERE job_id = :id AND exported", id=job.id)
    assert exported <= done < await job.desk.value("SELECT count(*) FROM sync_items WHERE job_id = :id", id=job.id)
    assert await job.desk.value("SELECT state FROM syncs WHERE job_id = :id", id=job.id) == "running"
    last = (await job.desk.zuora.calls())[-1].number
    await service.start()
    return last


@asynccontextmanager
async def nothing_stored(service: Service, job: Job) -> AsyncIterator[None]:
    """From now on, once there are no calls under way any more; nor is what the process has sent, when it is dead."""
    connection = await asyncpg.connect(service_url(service.owner))
    waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def all_wait() -> bool:
        under_way = (await job.desk.zuora.log(calls="false")).under_way
        return not any(under_way.values()) and bool(await connection.fetch(f"SELECT pid {waiting}"))

    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM zuora_sync.syncs WHERE job_id = $1 FOR UPDATE", job.id)
            await eventually(all_wait, "all that was fetched waits to be stored")
            yield
            await connection.execute(f"SELECT pg_terminate_backend(pid) {waiting}")
    finally:
        await connection.close()


def calls_to(calls: Sequence[Call], last: int) -> list[Call]:
    return [call for call in calls if call.number <= last]


async def is_over(desk: Desk, job_id: UUID) -> None:
    async def has_ended() -> bool:
        return bool(await desk.rows("SELECT 1 FROM runs WHERE job_id = :id AND ended_at IS NOT NULL", id=job_id))

    await eventually(has_ended, "the job is over", 60)
