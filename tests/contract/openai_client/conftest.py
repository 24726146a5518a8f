"""The generator's client, against the fake provider over real HTTP."""

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from contract.fake_openai.control import Control
from contract.openai_client.asking import DEADLINE, SHORT
from pressroom_devstack.fake_openai import Scenario, running
from pressroom_generator.openai_client import OpenAIModel


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    async with running(Scenario(latency_ms=0, tokens=40, tokens_per_second=None)) as url:
        yield url


@pytest.fixture
async def control(origin: str) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(origin) as http:
        yield Control(http)


@pytest.fixture
async def model(origin: str) -> AsyncIterator[OpenAIModel]:
    client = OpenAIModel("sk-any", f"{origin}/v1", DEADLINE)
    yield client
    await client.close()


@pytest.fixture
async def hasty_model(origin: str) -> AsyncIterator[OpenAIModel]:
    """A client that soon gives up."""
    client = OpenAIModel("sk-any", f"{origin}/v1", SHORT)
    yield client
    await client.close()


@pytest.fixture
def nobody() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"
