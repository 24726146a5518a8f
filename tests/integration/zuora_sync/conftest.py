"""A database with the service's tables, and a fake Zuora: one of each for all tests, which have their own accounts."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from integration.zuora_sync.desk import Desk, database
from pressroom_common.database import Database
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.fake_zuora import FakeZuora
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_zuora_sync.migrations import SCHEMA


def service_url(owner: str) -> str:
    server = urlsplit(owner)
    return server._replace(netloc=f"zuora_sync_test:zuora@{server.hostname}:{server.port}").geturl()


@pytest.fixture(scope="session")
async def zuora_rows(infrastructure: Infrastructure) -> AsyncIterator[Database]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "zuora_sync")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    async with database(service_url(owner)) as made:
        yield made


@pytest.fixture(scope="session")
async def zuora_process() -> AsyncIterator[FakeZuora]:
    async with FakeZuora.started() as zuora:
        yield zuora


@pytest.fixture
async def desk(zuora_rows: Database, zuora_process: FakeZuora) -> AsyncIterator[Desk]:
    await zuora_process.reset()
    made = Desk(zuora_rows, zuora_process)
    async with made.zuoras.running():
        yield made
