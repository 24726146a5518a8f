"""Servers in containers, for tests where a Docker daemon answers."""

import functools
import logging
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.container import DockerContainer

from . import sql
from .errors import StackError
from .ports import any_free_port
from .rabbitmq_docker import IMAGE as RABBITMQ_IMAGE
from .rabbitmq_docker import docker_answers
from .rabbitmq_management import Management
from .rabbitmq_node import with_vhost

POSTGRES_IMAGE = "postgres:17-alpine"


class _Container(ABC):
    """A container whose ports on the host stay the same when it is stopped or killed, and started again."""

    name = "container"
    pid = None

    def __init__(self, container: DockerContainer) -> None:
        self._container = container
        self._started = False

    def start(self) -> None:
        """Make the container, or start the same one again, and wait until it answers."""
        if self._started:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._started = True
        _wait(self._is_ready, f"The container {self.name}")

    def stop(self) -> None:
        """Stop cleanly."""
        self._container.get_wrapped_container().stop(timeout=30)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        """Stop cleanly and start again."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Delete the container with its data."""
        if self._started:
            self._container.stop()

    @property
    def _host(self) -> str:
        """Where its ports are; known once it has started."""
        return self._container.get_container_host_ip()

    @abstractmethod
    def _is_ready(self) -> bool: ...


class ContainerPostgres(_Container):
    """PostgreSQL in a container."""

    name = "postgres"

    def __init__(self) -> None:
        self._password, self._port = secrets.token_hex(16), any_free_port()
        container = DockerContainer(POSTGRES_IMAGE).with_bind_ports(5432, self._port)
        container.with_envs(POSTGRES_PASSWORD=self._password, POSTGRES_DB="pressroom")
        container.with_command("postgres -c max_connections=200 -c fsync=off")
        super().__init__(container)

    @property
    def url(self) -> str:
        """The owner's URL of the run's database."""
        return f"postgresql://postgres:{self._password}@{self._host}:{self._port}/pressroom"

    def create_database(self, name: str) -> str:
        """Make an empty database; its URL."""
        sql.execute(self.url, f"CREATE DATABASE {sql.identifier(name)}")
        return sql.with_database(self.url, name)

    def _is_ready(self) -> bool:
        return sql.answers(self.url)


class ContainerRabbitMQ(_Container):
    """RabbitMQ in a container."""

    name = "rabbitmq"

    def __init__(self) -> None:
        self._password, self._port = secrets.token_hex(16), any_free_port()
        self._management_port = any_free_port(avoid={self._port})
        container = DockerContainer(RABBITMQ_IMAGE).with_bind_ports(5672, self._port)
        container.with_bind_ports(15672, self._management_port).with_kwargs(hostname="pressroom")
        container.with_envs(RABBITMQ_DEFAULT_USER="pressroom", RABBITMQ_DEFAULT_PASS=self._password)
        container.with_envs(RABBITMQ_DEFAULT_VHOST="pressroom")
        super().__init__(container)

    @property
    def management(self) -> Management:
        """The node's management API."""
        return Management(f"http://{self._host}:{self._management_port}", "pressroom", self._password)

    @property
    def amqp_url(self) -> str:
        """The URL of the run's virtual host."""
        return f"amqp://pressroom:{self._password}@{self._host}:{self._port}/pressroom"

    def create_vhost(self, name: str) -> str:
        """Make a virtual host; its URL."""
        self.management.create_vhost(name)
        return with_vhost(self.amqp_url, name)

    def _is_ready(self) -> bool:
        return self.management.is_ready()


def container_postgres() -> ContainerPostgres | None:
    """A PostgreSQL in a container, where Docker answers and has or gets the image."""
    return ContainerPostgres() if _has_image(POSTGRES_IMAGE) else None


def container_rabbitmq() -> ContainerRabbitMQ | None:
    """A RabbitMQ in a container, where Docker answers and has or gets the image."""
    return ContainerRabbitMQ() if _has_image(RABBITMQ_IMAGE) else None


@functools.cache
def _has_image(image: str) -> bool:
    """Ask for the image beforehand: a daemon without a way to a registry is no reason to run no tests."""
    if not docker_answers():
        return False
    images = DockerContainer(image).get_docker_client().client.images
    try:
        _ = images.list(image) or images.pull(image)
    except DockerException as error:
        logging.getLogger(__name__).warning("Docker answers, but cannot have %s: %s", image, error)
        return False
    return True


def _wait(ready: Callable[[], bool], what: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise StackError(f"{what} was not ready after {seconds:.0f} s.")
        time.sleep(0.2)
