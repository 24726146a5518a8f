"""One fake Zuora, a process of its own, and a client that is signed in to one account."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from contract.fake_zuora.caller import Caller
from pressroom_devstack.fake_zuora import AccountSpec, FakeZuora


@pytest.fixture(scope="module")
async def zuora_process() -> AsyncIterator[FakeZuora]:
    async with FakeZuora.started() as zuora:
        yield zuora


@pytest.fixture
async def zuora(zuora_process: FakeZuora) -> FakeZuora:
    """Without faults or calls; `acme` has 60 workflows, `globex` 3."""
    await zuora_process.reset()
    await zuora_process.seed(
        AccountSpec(client_id="acme", client_secret="right", workflows=60, tasks=10, first_id=100),
        AccountSpec(client_id="globex", client_secret="right", workflows=3, tasks=3, first_id=100),
    )
    return zuora_process


@pytest.fixture
async def caller(zuora: FakeZuora) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(zuora.origin) as http:
        made = Caller(http)
        await made.sign_in("acme")
        yield made
