"""A private RabbitMQ node: a direct child process on loopback ports, with its data in a folder of ours."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from pressroom_devstack import processes
from pressroom_devstack import rabbitmq_config as config
from pressroom_devstack.ports import LOOPBACK
from pressroom_devstack.processes import Command
from pressroom_devstack.rabbitmq_binaries import RabbitMQBinaries
from pressroom_devstack.rabbitmq_config import RabbitMQPorts
from pressroom_devstack.rabbitmq_management import Management

USER = "pressroom"
VHOST = "pressroom"


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

    def __init__(self, plan: RabbitMQPlan, binaries: RabbitMQBinaries) -> None:
        self._plan = plan
        self._binaries = binaries
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
    def pid(self) -> int | None:
        """The Erlang machine's process id while it runs."""
        return self._node.pid if self._node and self._node.poll() is None else None

    @property
    def epmd_pid(self) -> int | None:
        """The name server's process id while it runs."""
        return self._epmd.pid if self._epmd and self._epmd.poll() is None else None

    def start(self) -> None:
        """Start the node and wait until its management API says that it is well."""
        config.write(self._home, self._plan.ports, USER, self._plan.password, VHOST)
        self._start_epmd()
        # Started in its own folder: RabbitMQ's scripts do not survive a space in the path they are called by.
        command = self._command(f"./{self._binaries.server.name}", cwd=self._binaries.server.parent)
        self._node = processes.start(command)
        processes.wait_until(self.management.is_ready, self._node, command, name="RabbitMQ", seconds=90)

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

    def _start_epmd(self) -> None:
        """Start the name server ourselves: one that Erlang starts belongs to nobody, and outlives the node."""
        if self.epmd_pid is None:
            port = str(self._plan.ports.epmd)
            epmd = str(self._binaries.erlang / "epmd")
            self._epmd = processes.start(self._command(epmd, "-port", port, "-address", LOOPBACK, cwd=self._home))

    def _command(self, *argv: str, cwd: Path) -> Command:
        env = config.environment(self._home, self._plan.ports, self._binaries)
        return Command(argv=argv, log=self._plan.log, env=env, cwd=cwd)


def with_vhost(amqp_url: str, vhost: str) -> str:
    """The same broker's URL with another virtual host."""
    return urlunsplit(urlsplit(amqp_url)._replace(path=f"/{quote(vhost, safe='')}"))
