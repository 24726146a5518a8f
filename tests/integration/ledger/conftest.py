"""The ledger of a gateway on a real PostgreSQL; what would leave for the broker is kept instead."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from integration.ledger.books import Books, service_url
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_gateway.migrations import SCHEMA


@pytest.fixture(scope="session")
async def books(infrastructure: Infrastructure) -> AsyncIterator[Books]:
    """Migrated, with two tenants."""
    owner = await asyncio.to_thread(infrastructure.fresh_database, "ledger")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    opened = await Books.open(service_url(owner))
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
async def nothing_else_is_there(books: Books) -> None:
    """What another test left waiting would go before what this one submits."""
    await books.clear()
