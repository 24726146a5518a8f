"""Running systems: one on the shared servers, one on servers that may be killed."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from integration.delivery.system import System
from pressroom_devstack.infrastructure import Infrastructure

_numbers = count(1)


class Host:
    """Keeps a system running from test to test, for as long as tests leave it at rest; else it makes a new one."""

    def __init__(self, servers: Infrastructure, folder: Path) -> None:
        self._servers = servers
        self._folder = folder
        self._system: System | None = None

    async def welcome(self) -> System:
        if self._system is None:
            self._system = System(self._servers, self._folder / f"system-{next(_numbers)}")
            await self._system.start()
        await self._system.provider.behaves()
        return self._system

    async def goodbye(self) -> None:
        assert self._system is not None
        await self._system.end_workers()
        try:
            await self._system.settled(seconds=0)
        except (AssertionError, OSError):
            await self.close()

    async def close(self) -> None:
        if self._system is not None:
            await self._system.stop()
            self._system = None


@pytest.fixture(scope="session")
async def host(infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Host]:
    made = Host(infrastructure, tmp_path_factory.mktemp("delivery"))
    yield made
    await made.close()


@pytest.fixture
async def system(host: Host) -> AsyncIterator[System]:
    """Services on servers that nobody stops. Its workers end with the test."""
    yield await host.welcome()
    await host.goodbye()


@pytest.fixture(scope="session")
async def fragile_host(
    restartable_infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Host]:
    made = Host(restartable_infrastructure, tmp_path_factory.mktemp("fragile"))
    yield made
    await made.close()


@pytest.fixture
async def fragile_system(fragile_host: Host) -> AsyncIterator[System]:
    """Services on servers that the test may stop, kill and start."""
    yield await fragile_host.welcome()
    await fragile_host.goodbye()
