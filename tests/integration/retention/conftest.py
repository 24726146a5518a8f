"""A gateway's ledger with jobs of any age, on a database of these tests' own: retention looks at all of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from integration.ledger.books import Books, service_url
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_gateway.migrations import SCHEMA


@pytest.fixture
async def books(infrastructure: Infrastructure) -> AsyncIterator[Books]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "retention")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    opened = await Books.open(service_url(owner))
    yield opened
    await opened.close()
