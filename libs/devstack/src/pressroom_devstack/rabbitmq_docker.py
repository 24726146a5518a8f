"""RabbitMQ in a container, for systems whose packages we cannot unpack: the `docker` program is our child process."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import processes
from .ports import LOOPBACK
from .processes import Command
from .rabbitmq_node import USER, VHOST, RabbitMQNode, RabbitMQPlan
from .servers import nothing

IMAGE = "rabbitmq:4-management"


def docker_answers() -> bool:
    """Whether there is a Docker whose daemon answers."""
    if not shutil.which("docker"):
        return False
    try:
        answer = subprocess.run(["docker", "version"], capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


class DockerRabbitMQ(RabbitMQNode):
    """One node in a container, named after its folder; its data is a volume of the same name."""

    def __init__(self, plan: RabbitMQPlan) -> None:
        super().__init__(plan)
        self._container = _container_of(plan.folder)
        self._client: subprocess.Popen[bytes] | None = None

    @property
    def pids(self) -> dict[str, int]:
        """The process id of `docker run` while the container runs."""
        return processes.living({self.name: self._client})

    def start(self, spawned: Callable[[], None] = nothing) -> None:
        """Start the container and wait until the node says that it is well; the first time this pulls the image."""
        _docker("rm", "--force", self._container)
        command = Command(["docker", "run", *self._options, IMAGE], self._plan.log, env=dict(os.environ), cwd=Path("/"))
        self._client = processes.start(command)
        spawned()
        processes.wait_until(self.management.is_ready, self._client, command, name="RabbitMQ in Docker", seconds=300)

    def wait(self) -> int:
        """Wait for the container's end; its exit code."""
        return self._client.wait() if self._client else 0

    def stop(self, seconds: float = 30) -> None:
        """Stop the node cleanly."""
        _docker("stop", "--time", str(int(seconds)), self._container)
        self.wait()

    def kill(self) -> None:
        """End the node as a power cut would."""
        _docker("kill", self._container)
        self.wait()

    def remove(self) -> None:
        """Delete the container and its data."""
        remove_container(self._plan.folder)

    @property
    def _options(self) -> list[str]:
        environment = {
            "RABBITMQ_NODENAME": "pressroom@localhost",
            "RABBITMQ_DEFAULT_USER": USER,
            "RABBITMQ_DEFAULT_PASS": self._plan.password,
            "RABBITMQ_DEFAULT_VHOST": VHOST,
        }
        ports = self._plan.ports
        published = {ports.amqp: 5672, ports.management: 15672, ports.prometheus: 15692}
        return [
            *("--rm", "--name", self._container, "--volume", f"{self._container}:/var/lib/rabbitmq"),
            *(part for name, value in environment.items() for part in ("--env", f"{name}={value}")),
            *(part for ours, its in published.items() for part in ("--publish", f"{LOOPBACK}:{ours}:{its}")),
        ]


def remove_container(folder: Path) -> None:
    """Delete the container of this folder, and its data, where there is one."""
    name = _container_of(folder)
    _docker("rm", "--force", name)
    _docker("volume", "rm", "--force", name)


def _container_of(folder: Path) -> str:
    return f"pressroom-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


def _docker(*arguments: str) -> None:
    """Run a command whose failure means that there was nothing to do."""
    subprocess.run(["docker", *arguments], capture_output=True, check=False, timeout=120)
