"""Fixtures of all tests: a real PostgreSQL and a real RabbitMQ, of the tests' own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from pressroom_common.telemetry import configure_logs
from pressroom_devstack.abandoned import folder_of_one_run
from pressroom_devstack.infrastructure import Infrastructure, infrastructure_for_tests, private_infrastructure

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Tests have the same names in every process that runs some of them, whatever ids were made up there."""
    return _UUID.sub("uuid", val) if isinstance(val, str) and _UUID.search(val) else None


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """As in production: structlog's own default paints a traceback for seconds. But no logger keeps what it was told
    first, or those who capture lines would hear nothing of it.
    """
    configure_logs("WARNING", "tests", "tests")
    structlog.configure(cache_logger_on_first_use=False)


@pytest.fixture(scope="session")
def private_folder() -> Iterator[Path]:
    """A folder for private servers, whose account must reach it: pytest's own folders are closed to others."""
    with folder_of_one_run() as folder:
        yield folder


@pytest.fixture(scope="session")
def infrastructure(private_folder: Path) -> Iterator[Infrastructure]:
    """The servers of this run: the user's own, or containers, or private ones. Tests do not stop them."""
    with infrastructure_for_tests(private_folder / "shared") as servers:
        yield servers


@pytest.fixture(scope="session")
def restartable_infrastructure(private_folder: Path) -> Iterator[Infrastructure]:
    """Private servers, apart from those of the other tests, for tests that stop, kill and start them."""
    with private_infrastructure(private_folder / "restartable") as servers:
        yield servers


@pytest.fixture(scope="session")
def database_url(infrastructure: Infrastructure) -> str:
    """The owner's URL of the run's database."""
    return infrastructure.database_url


@pytest.fixture(scope="session")
def amqp_url(infrastructure: Infrastructure) -> str:
    """The URL of the run's virtual host."""
    return infrastructure.amqp_url


@pytest.fixture(scope="session")
def fresh_database(infrastructure: Infrastructure) -> Callable[..., str]:
    """Make an empty database, `fresh_database("name")`; the owner's URL."""
    return infrastructure.fresh_database


@pytest.fixture(scope="session")
def fresh_vhost(infrastructure: Infrastructure) -> Callable[..., str]:
    """Make an empty virtual host, `fresh_vhost()`; its URL."""
    return infrastructure.fresh_vhost
