"""One system for all: a gateway, a provider, and the workers that a test starts."""

from collections.abc import AsyncIterator

import pytest

from integration.articles.desk import Desk
from integration.delivery.system import System
from pressroom_devstack.infrastructure import Infrastructure


@pytest.fixture(scope="session")
async def running_system(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    made = System(infrastructure, tmp_path_factory.mktemp("articles") / "system")
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def desk(running_system: System) -> AsyncIterator[Desk]:
    """Its workers end with the test."""
    await running_system.provider.behaves()
    async with Desk(running_system) as made:
        yield made
    await running_system.end_workers()
