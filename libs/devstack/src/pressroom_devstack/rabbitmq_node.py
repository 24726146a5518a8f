"""What a private RabbitMQ node is, however it is run."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from .ports import LOOPBACK
from .rabbitmq_config import RabbitMQPorts
from .rabbitmq_management import Management
from .servers import nothing

USER = "pressroom"
VHOST = "pressroom"


@dataclass(frozen=True)
class RabbitMQPlan:
    """Where a node keeps its data, where it listens, and its only user's password."""

    folder: Path
    ports: RabbitMQPorts
    password: str
    log: Path


class RabbitMQNode(ABC):
    name = "rabbitmq"

    def __init__(self, plan: RabbitMQPlan) -> None:
        self._plan = plan

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
        """The main process's id while it runs."""
        return self.pids.get(self.name)

    @property
    @abstractmethod
    def pids(self) -> dict[str, int]:
        """Of the processes that run, by name."""

    @abstractmethod
    def start(self, spawned: Callable[[], None] = nothing) -> None:
        """Start the node and wait until its management API says that it is well."""

    @abstractmethod
    def stop(self, seconds: float = 30) -> None:
        """Stop cleanly."""

    def restart(self) -> None:
        """Stop cleanly and start again."""
        self.stop()
        self.start()

    def create_vhost(self, name: str) -> str:
        """Make a virtual host; its URL."""
        self.management.create_vhost(name)
        return with_vhost(self.amqp_url, name)


def with_vhost(amqp_url: str, vhost: str) -> str:
    """The same broker's URL with another virtual host."""
    return urlunsplit(urlsplit(amqp_url)._replace(path=f"/{quote(vhost, safe='')}"))
