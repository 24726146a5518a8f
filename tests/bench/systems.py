"""The two systems that are compared: as many processes, the same servers, a database and vhost of their own."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from bench.stack import SLOTS, TESTS, ProcessGroup, Stack, answering

WORKERS = 2
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Running:
    """A system that is up: where clients go, with which headers, and its processes by name."""

    origin: str
    headers: dict[str, str]
    pids: dict[str, int]


class System(Protocol):
    name: str

    def running(self) -> AbstractContextManager[Running]: ...


class Floor:
    """`bench.floor`: one gateway and two workers."""

    name = "floor"

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._port = stack.ports.port("floor")
        self._env = {
            "FLOOR_DATABASE_URL": stack.servers.fresh_database("floor"),
            "FLOOR_AMQP_URL": stack.servers.fresh_vhost("floor"),
            "FLOOR_PORT": str(self._port),
            "FLOOR_PREFETCH": str(SLOTS),
            **provider_env(stack),
        }

    @contextmanager
    def running(self) -> Iterator[Running]:
        origin = f"http://{LOOPBACK}:{self._port}"
        with self._stack.processes() as group:
            group.start("gateway", "bench.floor.gateway", self._env, answering(f"{origin}/readyz"))
            for number in range(1, WORKERS + 1):
                group.start(f"worker-{number}", "bench.floor.worker", self._env, lambda: True)
            yield Running(origin, {}, group.pids)


class Pressroom:
    """The services as they are delivered: one gateway, two generators, and the monitor beside them."""

    name = "pressroom"

    def __init__(
        self, stack: Stack, generators: int = WORKERS, slots: int = SLOTS, settings: Mapping[str, str] | None = None
    ) -> None:
        """`settings`: variables besides those that every run has."""
        self._stack = stack
        self._settings = settings or {}
        self._generators = generators
        self._slots = slots
        self._owner_url = stack.servers.fresh_database("pressroom")
        self._amqp_url = stack.servers.fresh_vhost("pressroom")
        self._ports: dict[str, int] = {}
        self._secret = secrets.token_hex(32)
        services = {"gateway": self._gateway(), "generator": self._generator(1), "monitor": self._monitor()}
        for service, env in services.items():
            _run(service, env | {"PRESSROOM_DATABASE_URL": self._owner_url}, "migrate")
        self._headers = self.headers_of("demo")

    @contextmanager
    def running(self) -> Iterator[Running]:
        with self._stack.processes() as group:
            self._start(group, "monitor", "monitor", self._monitor())
            self._start(group, "gateway", "gateway", self._gateway())
            for number in range(1, self._generators + 1):
                self._start(group, f"generator-{number}", "generator", self._generator(number))
            origin = f"http://{LOOPBACK}:{self._port('gateway')}"
            yield Running(origin, self._headers, group.pids)

    def headers_of(self, tenant: str) -> dict[str, str]:
        """Of a client with a new key; the tenant is made where there is none."""
        named = ["--tenant", tenant, "--role", "editor", "--name", "bench"]
        key = _run("gateway", self._gateway(), "keys", "create", *named).split()[-1]
        return {"Authorization": f"Bearer {key}"}

    @property
    def ledger_url(self) -> str:
        """The gateway's database, as the gateway's role."""
        return self._database_url("gateway")

    def _start(self, group: ProcessGroup, name: str, service: str, env: dict[str, str]) -> None:
        ready = answering(f"http://{LOOPBACK}:{env[f'{service.upper()}_INTERNAL_PORT']}/readyz")
        group.start(name, f"pressroom_{service}", env, ready)

    def _gateway(self) -> dict[str, str]:
        return {
            **self._common("gateway", "gateway"),
            "GATEWAY_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self._port("gateway")),
            "GATEWAY_RATE_LIMIT_PER_SECOND": "0",  # all load comes with one key
            "GATEWAY_KEY_PEPPER": self._secret,
            "GATEWAY_SERVICE_TOKEN_SECRET": self._secret,
            "GATEWAY_MONITOR_URL": f"http://{LOOPBACK}:{self._port('monitor-internal')}",
            **self._settings,
        }

    def _generator(self, number: int) -> dict[str, str]:
        return {
            **self._common("generator", f"generator-{number}"),
            "GENERATOR_SLOTS_DEFAULT": str(self._slots),
            **provider_env(self._stack),
        }

    def _monitor(self) -> dict[str, str]:
        return {
            **self._common("monitor", "monitor"),
            "MONITOR_SERVICE_TOKEN_SECRET": self._secret,
            "MONITOR_GATEWAY_URL": f"http://{LOOPBACK}:{self._port('gateway-internal')}",
        }

    def _common(self, service: str, process: str) -> dict[str, str]:
        named = {
            "NAME": process,
            "INTERNAL_PORT": str(self._port(f"{process}-internal")),
            "DATABASE_URL": self._database_url(service),
            "AMQP_URL": self._amqp_url,
        }
        return {**{f"{service.upper()}_{name}": value for name, value in named.items()}, **self._settings}

    def _database_url(self, service: str) -> str:
        """With a role of the service's own, which its migrations make."""
        owner = urlsplit(self._owner_url)
        return owner._replace(netloc=f"bench_{service}:bench@{owner.hostname}:{owner.port}").geturl()

    def _port(self, name: str) -> int:
        """The same at every start, so that the services find each other."""
        if name not in self._ports:
            self._ports[name] = self._stack.ports.port(f"pressroom-{name}")
        return self._ports[name]


def provider_env(stack: Stack) -> dict[str, str]:
    return {"OPENAI_API_KEY": "sk-bench", "OPENAI_BASE_URL": f"{stack.provider}/v1"}


def _run(service: str, env: dict[str, str], *arguments: str) -> str:
    """One of a service's commands; its output. Raises SystemExit with what it said where it fails."""
    argv = [sys.executable, "-m", f"pressroom_{service}", *arguments]
    done = subprocess.run(argv, env=os.environ | env, cwd=TESTS, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{service} {arguments[0]} failed:\n{done.stderr or done.stdout}")
    return done.stdout.strip()
