"""A private RabbitMQ node: a direct child process on loopback ports, with its data in a folder of ours."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import processes
from . import rabbitmq_config as config
from .ports import LOOPBACK
from .processes import Command
from .rabbitmq_binaries import RabbitMQBinaries
from .rabbitmq_node import USER, VHOST, RabbitMQNode, RabbitMQPlan
from .servers import nothing

EPMD = "rabbitmq-epmd"


class RabbitMQ(RabbitMQNode):
    """One node. It brings its own `epmd`, Erlang's name server, and ends it."""

    def __init__(self, plan: RabbitMQPlan, find_binaries: Callable[[], RabbitMQBinaries]) -> None:
        super().__init__(plan)
        self._find_binaries = find_binaries
        self._home = plan.folder / "rabbitmq"
        self._node: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None

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
