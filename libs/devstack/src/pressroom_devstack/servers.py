"""What the supervisor and the tests ask of a process, of a PostgreSQL and of a RabbitMQ, whoever runs them."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .rabbitmq_management import Management


def nothing() -> None:
    """What is called by default when a process has been spawned."""


class Supervised(Protocol):
    """A process that the supervisor keeps running."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def pids(self) -> dict[str, int]:
        """What is running now, by the name of its pid file."""
        ...

    def start(self, spawned: Callable[[], None] = nothing) -> None:
        """Start, tell that the process is spawned, and wait until it is ready."""
        ...

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        ...

    def stop(self) -> None: ...
    def kill(self) -> None: ...


class Server(Protocol):
    """A server of tests. `start` after `stop` or `kill` has the same URL and the same data."""

    @property
    def pid(self) -> int | None:
        """Its process on this machine, while there is one."""
        ...

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def remove(self) -> None: ...


class DatabaseServer(Server, Protocol):
    """A PostgreSQL, seen by its owner."""

    @property
    def url(self) -> str: ...
    def create_database(self, name: str) -> str: ...


class MessageBroker(Server, Protocol):
    """A RabbitMQ, seen by its administrator."""

    @property
    def amqp_url(self) -> str: ...
    @property
    def management(self) -> Management: ...
    def create_vhost(self, name: str) -> str: ...


class SupervisedBroker(Supervised, MessageBroker, Protocol):
    """A RabbitMQ of the stack's own."""

    def start(self, spawned: Callable[[], None] = nothing) -> None: ...
