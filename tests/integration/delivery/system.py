"""The services as real processes on a database and a virtual host of their own, with waits that are short.

A test starts the workers that it needs, submits over HTTP, does harm, and lets `settled` and `check` judge.
"""

import asyncio
from argparse import Namespace
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import httpx2
import msgspec
from pydantic import SecretStr

from integration.delivery.checker import violations
from integration.delivery.doom import Doom, read_testaments
from integration.delivery.processes import Process, eventually
from integration.delivery.provider import Provider
from integration.delivery.rows import Parked, Rows, Tables
from pressroom_common import topology
from pressroom_common.ids import uuid7
from pressroom_common.migrations.runner import migrate
from pressroom_common.migrations.schema import Schema
from pressroom_devstack import sql
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port
from pressroom_gateway.migrations import SCHEMA as GATEWAY
from pressroom_gateway.operator_commands import create_key
from pressroom_gateway.settings import KeySettings
from pressroom_generator.main import SCHEMA as GENERATOR

LOOPBACK = "127.0.0.1"
SECRETS = {"key_pepper": "pepper-of-the-tests-" * 2, "service_token_secret": "service-token-secret-of-the-tests"}
RETRY_BACKOFF = (0.5, 1.0, 2.0)
POLICY = {
    "retry_backoff": RETRY_BACKOFF,
    "publish_wait_seconds": 2,
    "unclaimed_wait_seconds": 3,
    "silence_seconds": 4,
    "directive_wait_seconds": 1,
    "dispatch_seconds": 0.2,
    "confirm_seconds": 2,
    "rate_limit_per_second": 0,
}
"""The ledger's numbers, shrunk; and one key may ask as often as it likes."""
WORKER = {
    "lease_seconds": 30,
    "renew_seconds": 0.5,
    "sweep_seconds": 0.5,
    "heartbeat_seconds": 1,
    "confirm_seconds": 2,
    "slots_default": 20,
    "drain_seconds": 5,
}
"""A worker's. No lease ends by itself, however busy the machine is."""
SHORT_LEASE = {"lease_seconds": 5.0}
"""For tests that wait for its end: still longer than a busy machine keeps a process from renewing."""


class System:
    """One gateway and a provider that go on from test to test, and the workers of this one."""

    schemas: tuple[Schema, ...] = (GATEWAY, GENERATOR)
    monitor_url = "http://none"
    provider_module = "pressroom_devstack.fake_openai"

    def __init__(self, servers: Infrastructure, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.servers = servers
        self.folder = folder
        self.database_url = servers.fresh_database("delivery")
        self._tables = Tables(self.database_url)
        self.amqp_url = servers.fresh_vhost("delivery")
        self.origin = f"http://{LOOPBACK}:{any_free_port()}"
        self.provider = Provider(folder, any_free_port(), self.provider_module)
        self.gateway = self.make_gateway("gateway-1", self.origin)
        self._key = ""
        self._admin_key = ""
        self._workers: list[Process] = []
        self._others: list[Process] = []

    async def start(self) -> None:
        await asyncio.to_thread(self._prepare)
        self.gateway.start()
        await asyncio.gather(self.provider.start(), self.gateway.is_ready())

    async def stop(self) -> None:
        await self.end_workers()
        self.gateway.kill()
        await self.provider.stop()
        await self._tables.close()

    async def end_workers(self) -> None:
        """SIGKILL for all that a test has started."""
        for process in (*self._workers, *self._others):
            process.kill()
        self._workers.clear()
        self._others.clear()

    @property
    def vhost(self) -> str:
        return self.amqp_url.rpartition("/")[2]

    # Processes

    def make_gateway(self, name: str, origin: str, module: str = "pressroom_gateway", **settings: Any) -> Process:
        """A gateway, not yet started."""
        port = {"port": int(origin.rpartition(":")[2]), "internal_port": any_free_port(), "name": name}
        env = self._env("gateway", POLICY | port | settings)
        return Process(name, module, env, self.folder, ready=f"{origin}/readyz")

    async def start_gateway(self, name: str, module: str, **settings: Any) -> tuple[Process, str]:
        """One more beside the first, for this test only; and its origin."""
        origin = f"http://{LOOPBACK}:{any_free_port()}"
        process = self.make_gateway(name, origin, module, **settings)
        self._others.append(process)
        process.start()
        await process.is_ready()
        return process, origin

    async def start_worker(self, name: str = "generator-1", /, **settings: Any) -> Process:
        """A generator that takes commands; `settings` beside or instead of WORKER's."""
        process = self._worker(name, "pressroom_generator", settings)
        process.start()
        await process.is_ready()
        return process

    def start_doomed_worker(self, name: str, doom: Doom, **settings: Any) -> Process:
        """A generator that kills itself where `doom` says, and is started again; not yet ready."""
        process = self._worker(name, "integration.delivery.doomed_worker", settings, {"DOOM": _json(doom)})
        process.start()
        return process

    async def has_lost(self, doom: Doom, lives: int) -> None:
        """Wait until so many lives have ended as they were doomed to."""

        async def has_ended() -> bool:
            return len(read_testaments(doom.testament)) >= lives

        await eventually(has_ended, f"death number {lives}")

    def _worker(self, name: str, module: str, settings: dict[str, Any], more: dict[str, str] | None = None) -> Process:
        port = any_free_port()
        told = WORKER | {"name": name, "internal_port": port} | settings
        env = self._env("generator", told) | (more or {})
        env |= {"OPENAI_API_KEY": "fake", "OPENAI_BASE_URL": self.provider.base_url}
        process = Process(name, module, env, self.folder, ready=f"http://{LOOPBACK}:{port}/readyz")
        self._workers.append(process)
        return process

    # Requests

    def client(self, origin: str | None = None, *, admin: bool = False) -> httpx2.AsyncClient:
        """The tenant's editor, or a super-admin."""
        headers = {"Authorization": f"Bearer {self._admin_key if admin else self._key}"}
        limits = httpx2.Limits(max_connections=20)
        return httpx2.AsyncClient(base_url=origin or self.origin, headers=headers, timeout=30, limits=limits)

    async def submit(self, *prompts: str, **fields: Any) -> list[UUID]:
        """Jobs that were accepted with a 202, in the order of the prompts."""
        async with self.client() as http:
            answers = await asyncio.gather(*(self._post(http, {"prompt": prompt, **fields}) for prompt in prompts))
        return list(answers)

    async def _post(self, http: httpx2.AsyncClient, wish: dict[str, Any]) -> UUID:
        """As a good client: with an idempotency key, again where the gateway cannot take it now."""
        key = {"Idempotency-Key": uuid7().hex}
        found: list[UUID] = []

        async def is_accepted() -> bool:
            try:
                answer = await http.post("/v1/generations", json=wish, headers=key)
            except httpx2.TransportError:
                return False
            if answer.status_code == 202:
                found.append(UUID(answer.json()["id"]))
            assert answer.status_code in {202, 503}, answer.text
            return bool(found)

        await eventually(is_accepted, "a generation is accepted")
        return found[0]

    async def shown(self, id_: UUID) -> dict[str, Any]:
        """The generation, as its client sees it."""
        async with self.client() as http:
            answer = await http.get(f"/v1/generations/{id_}")
        assert answer.status_code == 200, answer.text
        generation: dict[str, Any] = answer.json()
        return generation

    async def status(self, id_: UUID) -> str:
        return str((await self.shown(id_))["status"])

    async def is_(self, id_: UUID, *statuses: str) -> None:
        """Wait until the job has one of these statuses."""

        async def has_status() -> bool:
            return await self.status(id_) in statuses

        await eventually(has_status, f"job {id_} is {' or '.join(statuses)}")

    # Judgement

    async def rows(self) -> Rows:
        return await self._tables.read()

    async def settled(self, seconds: float = 120.0) -> Rows:
        """Wait until every job has ended and every late word of its run is folded; all rows."""
        restless: list[str] = []

        async def is_at_rest() -> bool:
            restless[:] = await self._tables.restless()
            return not restless

        try:
            await eventually(is_at_rest, "the system is at rest", seconds)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *restless[:20]])) from error
        return await self.rows()

    async def check(self, accepted: Collection[UUID] = ()) -> Rows:
        """Wait for rest, and find no violation; all rows. Clients see what the rows say."""
        rows = await self.settled()
        found = violations(rows, await self.provider.calls(), accepted)
        if found:  # a late bill may have come between the look for rest and the look at the rows; it is folded soon
            await asyncio.sleep(1)
            rows = await self.settled()
            found = violations(rows, await self.provider.calls(), accepted)
        assert not found, f"{len(found)} violations:\n" + "\n".join(found[:30])
        assert not await self.take_parked()
        async with self.client() as http:
            for page in _pages(accepted):
                answer = await http.get("/v1/jobs", params={"ids": ",".join(map(str, page))})
                shown = {UUID(job["id"]): job["status"] for job in answer.json()["jobs"]}
                assert shown == {id_: rows.jobs[id_].status for id_ in page}
        return rows

    async def has_parked(self, count: int) -> list[Parked]:
        """Wait until the gateway has stored so many messages of the park queue."""

        async def are_parked() -> bool:
            return len(await self._tables.parked()) >= count

        await eventually(are_parked, f"{count} messages are parked")
        return await self._tables.parked()

    async def take_parked(self) -> list[Parked]:
        """What the gateway has stored of the park queue, once nothing is left there; a second time it is not told."""

        async def is_taken() -> bool:
            async with await aio_pika.connect(self.amqp_url, timeout=10) as connection:
                queue = await (await connection.channel()).get_queue(topology.PARK_QUEUE)
                return queue.declaration_result.message_count == 0

        await eventually(is_taken, "the park queue is empty")
        return await self._tables.take_parked()

    def _env(self, service: str, settings: dict[str, Any]) -> dict[str, str]:
        told = {
            **settings,
            "database_url": self._service_url(service),
            "amqp_url": self.amqp_url,
        }
        if service != "monitor" and "s3_bucket" not in settings:
            told |= {"storage_dir": self.folder / "storage"}
        if service == "gateway":
            told |= SECRETS | {"monitor_url": self.monitor_url}
        return {f"{service.upper()}_{name.upper()}": _text(value) for name, value in told.items()}

    def _prepare(self) -> None:
        """What an operator does before the first start: the schemas, a tenant and its key."""
        for schema in self.schemas:
            migrate(schema, self.database_url, self._service_url(schema.name))
        self._key = self._make_key("demo", "editor")
        self._admin_key = self._make_key("demo", "super-admin")

    def _make_key(self, tenant: str, role: str) -> str:
        """The tenant is made where it does not exist."""
        settings = KeySettings(
            database_url=SecretStr(self._service_url(GATEWAY.name)), key_pepper=SecretStr(SECRETS["key_pepper"])
        )
        wish = {"tenant": tenant, "tenant_name": tenant.title(), "days": None}
        return create_key(settings, Namespace(**wish, role=role, name=role))

    def _service_url(self, service: str) -> str:
        return sql.with_role(self.database_url, f"delivery_{service}", "delivery")


def _pages(ids: Iterable[UUID]) -> list[Sequence[UUID]]:
    listed = list(ids)
    return [listed[start : start + 500] for start in range(0, len(listed), 500)]


def _text(value: Any) -> str:
    return _json(value) if isinstance(value, tuple) else str(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
