"""One migrated database for all; each test has a tenant of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from integration.zuora_reading.shelf import Reader, Shelf, database_of, reading_app, service_url
from pressroom_common.database import Database
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_zuora_sync.migrations import SCHEMA


@pytest.fixture(scope="session")
async def shelves(infrastructure: Infrastructure) -> AsyncIterator[Database]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "zuora_reading")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    database = database_of(service_url(owner))
    yield database
    await database.close()


@pytest.fixture(scope="session")
def app(shelves: Database) -> FastAPI:
    return reading_app(shelves)


@pytest.fixture
def shelf(shelves: Database) -> Shelf:
    return Shelf(shelves)


@pytest.fixture
def reader(app: FastAPI, shelf: Shelf) -> Reader:
    return Reader(app, shelf.tenant_id, "viewer")


@pytest.fixture
def admin(app: FastAPI, shelf: Shelf) -> Reader:
    return Reader(app, shelf.tenant_id, "tenant-admin")


@pytest.fixture
def stranger(app: FastAPI, shelves: Database) -> Reader:
    """An administrator of another tenant."""
    return Reader(app, Shelf(shelves).tenant_id, "tenant-admin")
