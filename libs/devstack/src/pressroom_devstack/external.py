"""The user's own servers in tests: each run has a fresh database and virtual host in them, dropped at its end."""

import os
from urllib.parse import unquote, urlsplit

from . import sql
from .errors import StackError
from .rabbitmq_management import Management
from .rabbitmq_node import with_vhost

MANAGEMENT_PORT = 15672


class _NotOurs:
    """A server that others started: it is not ours to stop."""

    name = "a server of your own"
    pid = None

    def stop(self) -> None:
        raise self._refusal()

    def kill(self) -> None:
        raise self._refusal()

    def restart(self) -> None:
        raise self._refusal()

    def _refusal(self) -> StackError:
        return StackError(f"Tests do not stop {self.name}; those that need to take `restartable_infrastructure`.")


class ExternalPostgres(_NotOurs):
    """The databases of one test run in a PostgreSQL of the user's own."""

    name = "the PostgreSQL of PRESSROOM_TEST_DATABASE_URL"

    def __init__(self, url: str, run: str) -> None:
        self._server_url = url
        self._database = f"pressroom_test_{run}"
        self._made: list[str] = []

    @property
    def url(self) -> str:
        """The URL of the run's database."""
        return sql.with_database(self._server_url, self._database)

    def start(self) -> None:
        """Make the run's database."""
        self.create_database(self._database)

    def create_database(self, name: str) -> str:
        """Make an empty database, to be dropped at the end; its URL."""
        sql.execute(self._server_url, f"CREATE DATABASE {sql.identifier(name)}")
        self._made.append(name)
        return sql.with_database(self._server_url, name)

    def remove(self) -> None:
        """Drop what this run has made."""
        drops = [f"DROP DATABASE IF EXISTS {sql.identifier(name)} WITH (FORCE)" for name in self._made]
        sql.execute(self._server_url, *drops)
        self._made.clear()


class ExternalRabbitMQ(_NotOurs):
    """The virtual hosts of one test run in a RabbitMQ of the user's own."""

    name = "the RabbitMQ of PRESSROOM_TEST_AMQP_URL"

    def __init__(self, amqp_url: str, run: str, management_url: str | None = None) -> None:
        self._server_url = amqp_url
        self._vhost = f"pressroom-test-{run}"
        self._made: list[str] = []
        self.management = _management(amqp_url, management_url)

    @property
    def amqp_url(self) -> str:
        """The URL of the run's virtual host."""
        return with_vhost(self._server_url, self._vhost)

    def start(self) -> None:
        """Make the run's virtual host.

        Raises:
            StackError: the management API does not answer; virtual hosts are made nowhere else.
        """
        if not self.management.answers():
            raise StackError(
                f"RabbitMQ's management API does not answer at {self.management.url} for the user "
                f"{self.management.user}: tests need it to make a virtual host. Enable the plugin rabbitmq_management, "
                "or say where it is with PRESSROOM_TEST_AMQP_MANAGEMENT_URL (http://host:15672)."
            )
        self.create_vhost(self._vhost)

    def create_vhost(self, name: str) -> str:
        """Make a virtual host, to be dropped at the end; its URL."""
        self.management.create_vhost(name)
        self._made.append(name)
        return with_vhost(self._server_url, name)

    def remove(self) -> None:
        """Drop what this run has made."""
        while self._made:
            self.management.delete_vhost(self._made.pop())


def external_postgres(run: str) -> ExternalPostgres | None:
    """The user's own PostgreSQL for tests, where one is named."""
    url = os.environ.get("PRESSROOM_TEST_DATABASE_URL")
    return ExternalPostgres(url, run) if url else None


def external_rabbitmq(run: str) -> ExternalRabbitMQ | None:
    """The user's own RabbitMQ for tests, where one is named."""
    url = os.environ.get("PRESSROOM_TEST_AMQP_URL")
    return ExternalRabbitMQ(url, run, os.environ.get("PRESSROOM_TEST_AMQP_MANAGEMENT_URL")) if url else None


def _management(amqp_url: str, management_url: str | None) -> Management:
    """The API at the given URL, else on the broker's host at its usual port; for the broker's user by default."""
    broker = urlsplit(amqp_url)
    given = urlsplit(management_url or f"http://{broker.hostname}:{MANAGEMENT_PORT}")
    user = given.username or broker.username or "guest"
    password = given.password or broker.password or "guest"
    address = given.netloc.rpartition("@")[2]
    return Management(f"{given.scheme}://{address}{given.path.rstrip('/')}", unquote(user), unquote(password))
