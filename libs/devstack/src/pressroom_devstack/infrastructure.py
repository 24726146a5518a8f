"""PostgreSQL and RabbitMQ for tests: never the demo's, empty at first, gone afterwards."""

import asyncio
import secrets
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from .brokers import private_broker
from .containers import container_postgres, container_rabbitmq
from .external import external_postgres, external_rabbitmq
from .ports import PortBook
from .postgres import Postgres, PostgresPlan
from .servers import DatabaseServer, MessageBroker


class Infrastructure:
    """A PostgreSQL and a RabbitMQ, as a context: started when it is entered, and removed with their data at its end."""

    def __init__(self, postgres: DatabaseServer, rabbitmq: MessageBroker) -> None:
        self.postgres = postgres
        self.rabbitmq = rabbitmq

    @property
    def database_url(self) -> str:
        """The owner's URL of the run's database."""
        return self.postgres.url

    @property
    def amqp_url(self) -> str:
        """The URL of the run's virtual host."""
        return self.rabbitmq.amqp_url

    def fresh_database(self, name: str = "test") -> str:
        """Make an empty database whose name begins with this one; the owner's URL."""
        return self.postgres.create_database(f"{name}_{secrets.token_hex(4)}")

    def fresh_vhost(self, name: str = "test") -> str:
        """Make an empty virtual host whose name begins with this one; its URL."""
        return self.rabbitmq.create_vhost(f"{name}-{secrets.token_hex(4)}")

    def start(self) -> None:
        """Start both, side by side; on a failure neither is left behind."""
        try:
            _together(self.postgres.start, self.rabbitmq.start)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """End both at once, and delete their data."""
        _together(self.postgres.remove, self.rabbitmq.remove)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.remove)


def private_infrastructure(folder: Path) -> Infrastructure:
    """Servers of our own with their data in the folder: the ones that a test may stop, kill and start."""
    return Infrastructure(_private_postgres(folder), _private_rabbitmq(folder))


def infrastructure_for_tests(folder: Path) -> Infrastructure:
    """The user's own servers where the environment names them, else containers, else private ones."""
    run = secrets.token_hex(4)
    return Infrastructure(
        external_postgres(run) or container_postgres() or _private_postgres(folder),
        external_rabbitmq(run) or container_rabbitmq() or _private_rabbitmq(folder),
    )


def _private_postgres(folder: Path) -> Postgres:
    port = PortBook(folder / "ports.json").port("postgres")
    password = secrets.token_hex(16)
    log = folder / "logs/postgres.log"
    return Postgres(PostgresPlan(folder / "data", port, password, log, durable=False))


def _private_rabbitmq(folder: Path) -> MessageBroker:
    ports = PortBook(folder / "ports.json")
    cache = Path(tempfile.gettempdir()) / "pressroom-cache"
    return private_broker(folder / "data", ports, secrets.token_hex(16), folder / "logs/rabbitmq.log", cache)


def _together(*actions: Callable[[], None]) -> None:
    """Run the actions side by side, all to their end; the first error is raised then."""
    with ThreadPoolExecutor(len(actions)) as threads:
        running = [threads.submit(action) for action in actions]
    for action in running:
        action.result()
