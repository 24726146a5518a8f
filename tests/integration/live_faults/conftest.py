"""One system for all: two gateways and two generators, which a supervisor starts again."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from chaos.live.system import LiveSystem
from pressroom_devstack.infrastructure import Infrastructure


@pytest.fixture(scope="session")
async def running_system(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LiveSystem]:
    made = LiveSystem(infrastructure, tmp_path_factory.mktemp("live") / "system")
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def live_system(running_system: LiveSystem) -> LiveSystem:
    """All of it ready, and a provider that writes for some seconds."""
    for process in running_system.processes:
        await running_system.is_ready(process)
    await running_system.writes(tokens=160)
    return running_system


@pytest.fixture
async def http(live_system: LiveSystem) -> AsyncIterator[aiohttp.ClientSession]:
    async with live_system.session() as made:
        yield made
