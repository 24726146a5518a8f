"""A process of the stack that answers over HTTP when it is ready."""

import subprocess
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .processes import Command
from .servers import nothing

READY_S = 180.0  # on a machine that has much else to do


@dataclass(frozen=True)
class ServicePlan:
    """How a process is started, where it tells that it is ready, and how long it may take to stop."""

    name: str
    command: Command
    ready_url: str
    stop_seconds: float = 15


class ServiceProcess:
    """One process of a service."""

    def __init__(self, plan: ServicePlan) -> None:
        self._plan = plan
        self._process: subprocess.Popen[bytes] | None = None
        self.name = plan.name

    @property
    def log(self) -> Path:
        return self._plan.command.log

    @property
    def pids(self) -> dict[str, int]:
        """The process's id while it runs."""
        return processes.living({self.name: self._process})

    @property
    def ready_url(self) -> str:
        """What answers with 200 once the process can work."""
        return self._plan.ready_url

    def start(self, spawned: Callable[[], None] = nothing) -> None:
        """Start the process and wait until it is ready."""
        command = self._plan.command
        self._process = processes.start(command)
        spawned()
        processes.wait_until(self._is_ready, self._process, command, name=self.name, seconds=READY_S)

    def wait(self) -> int:
        """Wait for the process's end; its exit code."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """Ask it to finish, and end it by force when its time is over."""
        if self._process:
            processes.stop(self._process, seconds=self._plan.stop_seconds)

    def kill(self) -> None:
        """End it at once."""
        if self._process:
            self._process.kill()

    def _is_ready(self) -> bool:
        return is_ready(self._plan.ready_url)


def is_ready(url: str) -> bool:
    """Whether the URL answers with success now; loopback goes through no proxy."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status < 300)
    except (OSError, ValueError):
        return False
