"""A small server for each test."""

from collections.abc import AsyncIterator

import pytest

from unit.zuora_client.small_zuora import SmallZuora, small_zuora


@pytest.fixture
async def zuora() -> AsyncIterator[SmallZuora]:
    async with small_zuora() as server:
        yield server
