"""A gateway, zuora-sync, a monitor and a fake Zuora as real processes, and people with keys who type commands."""

import asyncio
import base64
import json
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import httpx2
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from integration.delivery.processes import Process, eventually
from integration.delivery.system import LOOPBACK, POLICY, SECRETS, WORKER
from pressroom_client import AsyncPressroom, RetryPolicy
from pressroom_client.cli import application
from pressroom_client.cli.session import Environment
from pressroom_client.cli.zuora_targets import SECRET
from pressroom_common.migrations.runner import migrate
from pressroom_devstack import sql
from pressroom_devstack.fake_zuora import FakeZuora
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port
from pressroom_gateway.migrations import SCHEMA as GATEWAY
from pressroom_gateway.operator_commands import create_key
from pressroom_gateway.settings import KeySettings
from pressroom_monitor.migrations import SCHEMA as MONITOR
from pressroom_zuora_sync.migrations import SCHEMA as ZUORA_SYNC

_SCHEMAS = (GATEWAY, ZUORA_SYNC, MONITOR)
_KEY = base64.b64encode(b"k" * 32).decode()


class Person:
    """Runs `pressroom` with a key: one command after another, for each writes to the process's own standard output."""

    def __init__(self, origin: str, key: str, zuora: FakeZuora) -> None:
        self._variables = {"PRESSROOM_URL": origin, "PRESSROOM_API_KEY": key}
        self._zuora = zuora

    async def run(self, *arguments: str, **variables: str) -> Result:
        environment = Environment(self._variables | variables)
        return await asyncio.to_thread(CliRunner().invoke, application, arguments, obj=environment)

    async def ok(self, *arguments: str, **variables: str) -> str:
        """What it printed, of a command that must succeed."""
        done = await self.run(*arguments, **variables)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    async def told(self, *arguments: str, **variables: str) -> Any:
        """The same, as JSON."""
        return json.loads(await self.ok(*arguments, "--json", **variables))

    def impatient(self) -> AsyncPressroom:
        """Takes the first answer."""
        variables = self._variables
        return AsyncPressroom(variables["PRESSROOM_URL"], variables["PRESSROOM_API_KEY"], retries=RetryPolicy(tries=1))

    def http(self) -> httpx2.AsyncClient:
        """For what has no command."""
        headers = {"Authorization": f"Bearer {self._variables['PRESSROOM_API_KEY']}"}
        return httpx2.AsyncClient(base_url=self._variables["PRESSROOM_URL"], headers=headers, timeout=20)

    async def zuora(self, *arguments: str) -> Any:
        return await self.told("zuora", *arguments)

    async def adds(self, customer: str, client_id: str, secret: str = "fake") -> dict[str, Any]:
        """A customer with production, whose first sync is over."""
        wish = ["--base-url", self._zuora.origin, "--client-id", client_id]
        saved = await self.told("zuora", "customers", "add", customer, *wish, **{SECRET: secret})
        await self.run("wait", *saved["sync_job_ids"], "--interval", "0.2")
        return dict(saved)


class ZuoraSystem:
    def __init__(self, servers: Infrastructure, folder: Path, zuora: FakeZuora) -> None:
        folder.mkdir(parents=True)
        self.zuora = zuora
        self._folder = folder
        self._database_url = servers.fresh_database("zuora_system")
        self.amqp_url = servers.fresh_vhost("zuora_system")
        self._ports = {name: any_free_port() for name in ("public", GATEWAY.name, ZUORA_SYNC.name, MONITOR.name)}
        self.origin = f"http://{LOOPBACK}:{self._ports['public']}"
        self.gateway = self._process("gateway", GATEWAY.name, self._gateway(), f"{self.origin}/readyz")
        ready = {name: f"{self._internal(name)}/readyz" for name in (ZUORA_SYNC.name, MONITOR.name)}
        self.zuora_sync = self._process("zuora-sync", ZUORA_SYNC.name, self._zuora_sync(), ready[ZUORA_SYNC.name])
        self.monitor = self._process("monitor", MONITOR.name, self._monitor(), ready[MONITOR.name])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self._migrate)
        try:
            self.gateway.start()
            self.zuora_sync.start()
            self.monitor.start()
            await asyncio.gather(*(process.is_ready() for process in self._processes))
            yield
        finally:
            self.monitor.kill()
            self.zuora_sync.kill()
            self.gateway.kill()

    async def person(self, tenant: str, role: str = "tenant-admin") -> Person:
        """The tenant is made where it does not exist."""
        settings = KeySettings(
            database_url=SecretStr(self._role_url(GATEWAY.name)), key_pepper=SecretStr(SECRETS["key_pepper"])
        )
        wish = Namespace(tenant=tenant, tenant_name=tenant.title(), days=None, role=role, name=role)
        return Person(self.origin, await asyncio.to_thread(create_key, settings, wish), self.zuora)

    async def restart_zuora_sync(self) -> None:
        self.zuora_sync.start()
        await self.zuora_sync.is_ready()

    async def found_in_rows(self, words: str) -> list[str]:
        """Tables of all services that hold these words in any column that is not encrypted."""
        connection = await asyncpg.connect(self._database_url)
        try:
            tables = await connection.fetch(
                "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables "
                "WHERE table_schema = ANY($1) AND table_type = 'BASE TABLE'",
                [schema.name for schema in _SCHEMAS],
            )
            counts = {
                table["name"]: await connection.fetchval(
                    f"SELECT count(*) FROM {table['name']} t WHERE strpos(t::text, $1) + strpos(t::text, $2) > 0",
                    words,
                    words.encode().hex(),
                )
                for table in tables
            }
        finally:
            await connection.close()
        return [name for name, count in counts.items() if count]

    async def metrics(self) -> str:
        """Of every process."""
        async with httpx2.AsyncClient(timeout=20) as http:
            told = [await http.get(f"{self._internal(schema.name)}/metrics") for schema in _SCHEMAS]
        assert [answer.status_code for answer in told] == [200] * len(_SCHEMAS)
        return "\n".join(answer.text for answer in told)

    @property
    def logs(self) -> str:
        return "\n".join(process.log for process in self._processes)

    @property
    def _processes(self) -> tuple[Process, ...]:
        return self.gateway, self.zuora_sync, self.monitor

    def _internal(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self._ports[name]}"

    def _process(self, name: str, module: str, settings: dict[str, Any], ready: str) -> Process:
        prefix = module.upper()
        told = settings | {
            "name": f"{name}-1",
            "host": LOOPBACK,
            "database_url": self._role_url(module),
            "amqp_url": self.amqp_url,
            "service_token_secret": SECRETS["service_token_secret"],
        }
        env = {f"{prefix}_{key.upper()}": _text(value) for key, value in told.items()}
        return Process(name, f"pressroom_{module}", env, self._folder, ready=ready)

    def _gateway(self) -> dict[str, Any]:
        return POLICY | {
            "port": self._ports["public"],
            "internal_port": self._ports[GATEWAY.name],
            "key_pepper": SECRETS["key_pepper"],
            "monitor_url": self._internal(MONITOR.name),
            "zuora_sync_url": self._internal(ZUORA_SYNC.name),
        }

    def _zuora_sync(self) -> dict[str, Any]:
        return WORKER | {
            "internal_port": self._ports[ZUORA_SYNC.name],
            "secret_keys": json.dumps({"k": _KEY}),
            "secret_key": "k",
            "allowed_hosts": (self.zuora.origin,),
        }

    def _monitor(self) -> dict[str, Any]:
        return {
            "internal_port": self._ports[MONITOR.name],
            "gateway_url": self._internal(GATEWAY.name),
            "pull_seconds": 0.5,
        }

    def _migrate(self) -> None:
        for schema in _SCHEMAS:
            migrate(schema, self._database_url, self._role_url(schema.name))

    def _role_url(self, service: str) -> str:
        return sql.with_role(self._database_url, f"system_{service}", "system")


async def is_away(process: Process) -> None:
    process.kill()

    async def has_ended() -> bool:
        return not process.running

    await eventually(has_ended, f"{process.name} has ended")


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, tuple) else str(value)
