"""The run tables of a generator in a real PostgreSQL, and the model beside them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from integration.protocol.tables import RunsDatabase, service_url
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_generator.main import SCHEMA


@pytest.fixture(scope="session")
async def runs_database(infrastructure: Infrastructure) -> AsyncIterator[RunsDatabase]:
    """Migrated; tests that use it either clear it or keep to jobs of their own."""
    owner = await asyncio.to_thread(infrastructure.fresh_database, "runs")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    database = RunsDatabase(service_url(owner))
    yield database
    await database.close()
