"""A private RabbitMQ node: a direct child process on loopback ports, with its data in a folder of ours."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from . import processes
from . import rabbitmq_config as config
from .ports import LOOPBACK
from .processes import Command
from .rabbitmq_binaries import RabbitMQBinaries
from .rabbitmq_config import RabbitMQPorts
from .rabbitmq_management import Management
from .servers import nothing

USER = "pressroom"
VHOST = "pressroom"
EPMD = "rabbitmq-epmd"


@dataclass(frozen=True)
class RabbitMQPlan:
    """Where a node keeps its data, where it listens, and its only user's password."""

    folder: Path
    ports: RabbitMQPorts
    password: str
    log: Path


class RabbitMQ:
    """One node. It brings its own `epmd`, Erlang's name server, and ends it."""

    name = "rabbitmq"

    def __init__(self, plan: RabbitMQPlan, find_binaries: Callable[[], RabbitMQBinaries]) -> None:
        self._plan = plan
        self._find_binaries = find_binaries
        self._home = plan.folder / "rabbitmq"
        self._node: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None

    @property
    def amqp_url(self) -> str:
        """The URL of the node's virtual host for this stack."""
        return f"amqp://{USER}:{self._plan.password}@{LOOPBACK}:{self._plan.ports.amqp}/{VHOST}"

    @property
    def management(self) -> Management:
        """The node's management API."""
        return Management(f"http://{LOOPBACK}:{self._plan.ports.management}", USER, self._plan.password)

    @property
    def log(self) -> Path:
        return self._plan.log

    @property
    def pid(self) -> int | None:
        """The Erlang machine's process id while it runs."""
        return self.pids.get(self.name)

    @property
    def pids(self) -> dict[str, int]:
        """The ids of the Erlang machine and of the name server while they run."""
        return processes.living({self.name: self._node, EPMD: self._epmd})

    def start(self, spawned: Callable[[], None] = nothing) -> None:
        """Start the node and wait until its management API says that it is well."""
        config.write(self._home, self._plan.ports, USER, self._plan.password, VHOST)
        binaries = self._find_binaries()
        self._start_epmd(binaries)
        # Started in its own folder: RabbitMQ's scripts do not survive a space in the path they are called by.
        command = self._command(binaries, f"./{binaries.server.name}", cwd=binaries.server.parent)
        self._node = processes.start(command)
        spawned()
        processes.wait_until(self.management.is_ready, self._node, command, name="RabbitMQ", seconds=180)

    def wait(self) -> int:
        """Wait for the node's end; its exit code."""
        return self._node.wait() if self._node else 0

    def stop(self, seconds: float = 30) -> None:
        """Stop cleanly, and end the name server as well."""
        if self._node:
            processes.stop(self._node, seconds=seconds)
        if self._epmd:
            processes.stop(self._epmd)

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self._node:
            self._node.kill()
            self._node.wait()

    def restart(self) -> None:
        """Stop cleanly and start again."""
        self.stop()
        self.start()

    def create_vhost(self, name: str) -> str:
        """Make a virtual host; its URL."""
        self.management.create_vhost(name)
        return with_vhost(self.amqp_url, name)

    def remove(self) -> None:
        """End the node at once, and delete its data."""
        self.kill()
        if self._epmd:
            processes.stop(self._epmd)
        shutil.rmtree(self._home, ignore_errors=True)

    def _start_epmd(self, binaries: RabbitMQBinaries) -> None:
        """Start the name server ourselves: one that Erlang starts belongs to nobody, and outlives the node."""
        if EPMD not in self.pids:
            argv = [str(binaries.erlang / "epmd"), "-port", str(self._plan.ports.epmd), "-address", LOOPBACK]
            self._epmd = processes.start(self._command(binaries, *argv, cwd=self._home))

    def _command(self, binaries: RabbitMQBinaries, *argv: str, cwd: Path) -> Command:
        env = config.environment(self._home, self._plan.ports, binaries)
        return Command(argv=argv, log=self._plan.log, env=env, cwd=cwd)


def with_vhost(amqp_url: str, vhost: str) -> str:
    """The same broker's URL with another virtual host."""
    return urlunsplit(urlsplit(amqp_url)._replace(path=f"/{quote(vhost, safe='')}"))
