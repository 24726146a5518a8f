"""One fake provider a test, without latency; the SDK with both of its transports."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from openai import AsyncOpenAI, DefaultAioHttpClient

from contract.fake_openai.control import Control
from pressroom_devstack.fake_openai import Scenario, running


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    async with running(Scenario(latency_ms=0, tokens=40, tokens_per_second=None)) as url:
        yield url


@pytest.fixture
async def control(origin: str) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(origin) as http:
        yield Control(http)


@pytest.fixture(params=["default transport", "aiohttp transport"])
async def client(origin: str, request: pytest.FixtureRequest) -> AsyncIterator[AsyncOpenAI]:
    transport = DefaultAioHttpClient() if request.param == "aiohttp transport" else None
    async with AsyncOpenAI(api_key="sk-any", base_url=f"{origin}/v1", max_retries=0, http_client=transport) as sdk:
        yield sdk
