"""The ports of the worker kit, each by its fake and by its real adapter."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from integration.protocol.tables import CAP, LEASE, RunsDatabase, service_url
from integration.worker.desks import (
    EventsDesk,
    FakeEventsDesk,
    FakeRunsDesk,
    PostgresRunsDesk,
    RabbitEventsDesk,
    RunsDesk,
)
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_generator.main import SCHEMA
from protocol.runs import RunTable


@pytest.fixture(scope="session")
async def shared_runs(infrastructure: Infrastructure) -> AsyncIterator[RunsDatabase]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "worker")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    database = RunsDatabase(service_url(owner))
    yield database
    await database.close()


@pytest.fixture
async def empty_runs(shared_runs: RunsDatabase) -> PostgresRunsDesk:
    await shared_runs.clear()
    return PostgresRunsDesk(shared_runs)


@pytest.fixture(params=["fake", "postgres"])
def desk(request: pytest.FixtureRequest) -> RunsDesk:
    """Empty run tables."""
    if request.param == "fake":
        return FakeRunsDesk(RunTable(lease=LEASE, cap=CAP))
    desk: PostgresRunsDesk = request.getfixturevalue("empty_runs")
    return desk


@pytest.fixture(scope="session")
async def rabbit_events(infrastructure: Infrastructure) -> AsyncIterator[RabbitEventsDesk]:
    desk = RabbitEventsDesk(await asyncio.to_thread(infrastructure.fresh_vhost, "worker"))
    await desk.start()
    yield desk
    await desk.stop()


@pytest.fixture(params=["fake", "rabbit"])
def events_desk(request: pytest.FixtureRequest) -> EventsDesk:
    if request.param == "fake":
        return FakeEventsDesk()
    desk: RabbitEventsDesk = request.getfixturevalue("rabbit_events")
    return desk
