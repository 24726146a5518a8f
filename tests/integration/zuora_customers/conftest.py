"""One migrated database and one service for all; each test keeps to customers of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from integration.zuora_customers.desk import RunningService, service_url
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.fake_zuora import FakeZuora
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_zuora_sync.migrations import SCHEMA


@pytest.fixture(scope="session")
async def zuora_database(infrastructure: Infrastructure) -> str:
    """The URL of the service's role."""
    owner = await asyncio.to_thread(infrastructure.fresh_database, "zuora_sync")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    return service_url(owner)


@pytest.fixture(scope="session")
async def fake_zuora() -> AsyncIterator[FakeZuora]:
    async with FakeZuora.started() as fake:
        yield fake


@pytest.fixture(scope="session")
async def service(
    infrastructure: Infrastructure, zuora_database: str, fake_zuora: FakeZuora
) -> AsyncIterator[RunningService]:
    amqp_url = await asyncio.to_thread(infrastructure.fresh_vhost, "zuora")
    async with RunningService(zuora_database, amqp_url, fake_zuora.origin) as running:
        yield running
