"""One stage for all of these tests, which leave it at rest."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from integration.live.stage import Stage
from pressroom_devstack.infrastructure import Infrastructure


@pytest.fixture(scope="session")
async def running_stage(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    made = Stage(infrastructure, tmp_path_factory.mktemp("live") / "stage")
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def stage(running_stage: Stage) -> AsyncIterator[Stage]:
    """The provider writes for a second. Afterwards nothing is left that contradicts the protocol."""
    await running_stage.writes()
    yield running_stage
    await running_stage.check()


@pytest.fixture
async def here(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """The tenant's editor at the first gateway."""
    async with stage.at(0) as client:
        yield client


@pytest.fixture
async def there(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """The same one at the second gateway."""
    async with stage.at(1) as client:
        yield client
