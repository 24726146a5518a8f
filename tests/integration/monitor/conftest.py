"""A migrated database of the monitor's own; the monitor itself; a gateway that only has a log."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from integration.monitor.database import HistoryDatabase, service_url
from integration.monitor.gateway import FakeGateway
from integration.monitor.process import RunningMonitor
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_monitor.migrations import SCHEMA


@pytest.fixture(scope="session")
def monitor_database(infrastructure: Infrastructure) -> Callable[[], str]:
    """Make a migrated database; the URL of the service's role."""

    def make() -> str:
        return migrated(infrastructure)

    return make


def migrated(servers: Infrastructure) -> str:
    owner = servers.fresh_database("monitor")
    migrate(SCHEMA, owner, service_url(owner))
    return service_url(owner)


@pytest.fixture(scope="session")
async def history(monitor_database: Callable[[], str]) -> AsyncIterator[HistoryDatabase]:
    """One database for tests that keep to jobs of their own."""
    database = HistoryDatabase(await asyncio.to_thread(monitor_database))
    yield database
    await database.close()


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as fake:
        yield fake


@pytest.fixture
async def monitor(
    infrastructure: Infrastructure, monitor_database: Callable[[], str], gateway: FakeGateway
) -> AsyncIterator[RunningMonitor]:
    """On a database and a virtual host of its own."""
    url = await asyncio.to_thread(monitor_database)
    amqp_url = await asyncio.to_thread(infrastructure.fresh_vhost, "monitor")
    async with RunningMonitor(url, amqp_url, gateway.url) as running:
        yield running


@pytest.fixture
async def restartable_monitor(
    restartable_infrastructure: Infrastructure, gateway: FakeGateway
) -> AsyncIterator[RunningMonitor]:
    """On servers that the test may stop."""
    url = await asyncio.to_thread(migrated, restartable_infrastructure)
    amqp_url = await asyncio.to_thread(restartable_infrastructure.fresh_vhost, "monitor")
    async with RunningMonitor(url, amqp_url, gateway.url) as running:
        yield running
