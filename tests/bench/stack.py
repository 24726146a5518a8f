"""What both systems share: the servers, the fake provider, and how their processes are started and ended."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen
from urllib.error import URLError
from urllib.request import Request, urlopen

import msgspec

from pressroom_devstack import processes
from pressroom_devstack.brokers import private_broker
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import PortBook
from pressroom_devstack.postgres import Postgres, PostgresPlan
from pressroom_devstack.processes import Command

TESTS = Path(__file__).parents[1]
PROVIDER_MS = 200.0
PROVIDER_TOKENS = 64
SLOTS = 100
"""Model calls at a time in each worker process: at 200 ms they allow 500 jobs a second, and two have 1,000."""


@dataclass(frozen=True)
class Stack:
    """The servers that every run uses, and the fake provider."""

    folder: Path
    servers: Infrastructure
    ports: PortBook
    provider: str
    provider_pid: int = 0

    @property
    def server_pids(self) -> dict[str, int]:
        found = {"rabbitmq": self.servers.rabbitmq.pid, "postgres": self.servers.postgres.pid}
        return {name: pid for name, pid in found.items() if pid is not None}

    @contextmanager
    def processes(self) -> Iterator["ProcessGroup"]:
        group = ProcessGroup(self.folder)
        try:
            yield group
        finally:
            group.stop()


class ProcessGroup:
    """The processes of one system, ended together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Popen[bytes]] = {}

    @property
    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._running.items()}

    def start(self, name: str, module: str, env: Mapping[str, str], is_ready: Callable[[], bool]) -> None:
        command = Command([sys.executable, "-m", module], self._folder / f"{name}.log", os.environ | env, cwd=TESTS)
        process = self._running[name] = processes.start(command)
        processes.wait_until(is_ready, process, command, name=name, seconds=60)

    def stop(self) -> None:
        for process in reversed(self._running.values()):
            processes.stop(process, seconds=20)


def end_on_signals() -> None:
    """So that what was started is ended with the process, however it is told to end."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("ended by a signal"))


@contextmanager
def running_stack() -> Iterator[Stack]:
    """PostgreSQL with its usual durability, RabbitMQ, and the provider; gone with their data at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pressroom-bench-")))
        folder.chmod(0o755)  # PostgreSQL's account must reach its data
        ports = PortBook(folder / "ports.json")
        servers = stack.enter_context(_servers(folder, ports))
        provider = f"http://127.0.0.1:{ports.port('provider')}"
        yield stack.enter_context(_with_provider(Stack(folder, servers, ports, provider)))


def _servers(folder: Path, ports: PortBook) -> Infrastructure:
    postgres = PostgresPlan(
        folder=folder / "data",
        checkout=folder,
        port=ports.port("postgres"),
        password="bench",
        log=folder / "postgres.log",
    )
    cache = Path(tempfile.gettempdir()) / "pressroom-cache"
    broker = private_broker(folder / "data", ports, "bench", folder / "rabbitmq.log", cache)
    return Infrastructure(Postgres(postgres), broker)


@contextmanager
def _with_provider(stack: Stack) -> Iterator[Stack]:
    port = stack.provider.rpartition(":")[2]
    argv = [sys.executable, "-m", "pressroom_devstack.fake_openai", "--port", port]
    pace = ["--latency-ms", str(PROVIDER_MS), "--tokens", str(PROVIDER_TOKENS)]
    command = Command(argv + pace, stack.folder / "provider.log", os.environ, cwd=TESTS)
    process = processes.start(command)
    try:
        ready = answering(f"{stack.provider}/__fake__/health")
        processes.wait_until(ready, process, command, name="the fake provider", seconds=30)
        yield replace(stack, provider_pid=process.pid)
    finally:
        processes.stop(process)


def answering(url: str) -> Callable[[], bool]:
    """Whether the URL answers with a 200, to be asked again and again."""

    def is_answering() -> bool:
        try:
            with urlopen(url, timeout=2) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    return is_answering


def reset_provider(provider: str) -> None:
    """Empty its list of calls, so that every run pays the same for it."""
    with urlopen(Request(f"{provider}/__fake__/reset", method="POST"), timeout=10) as response:
        msgspec.json.decode(response.read())
