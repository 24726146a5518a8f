"""The fake Zuora, a process of its own, and gates to its accounts."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol
from uuid import UUID

import pytest
from pydantic import SecretStr

from pressroom_devstack.fake_zuora import AccountSpec, FakeZuora
from pressroom_zuora_sync.zuora.gate import ZuoraGate
from pressroom_zuora_sync.zuora.gates import ZuoraGates
from pressroom_zuora_sync.zuora.records import Credentials, Limits

QUICK: dict[str, Any] = {
    "tries": 3,
    "longest_wait": 0.3,
    "deadline": 20.0,
    "silence": 10.0,
    "connecting": 10.0,
    "shortest_wait": 0.0,
}


class OpensGate(Protocol):
    def __call__(
        self, client_id: str = "acme", secret: str = "right", entity_id: str | None = None, **limits: Any
    ) -> AbstractAsyncContextManager[ZuoraGate]: ...


@pytest.fixture(scope="module")
async def zuora_process() -> AsyncIterator[FakeZuora]:
    async with FakeZuora.started() as zuora:
        yield zuora


@pytest.fixture
async def zuora(zuora_process: FakeZuora) -> FakeZuora:
    """Without faults or calls; `acme` has 120 workflows, `viewer` may not export 3, `nobody` may do nothing."""
    await zuora_process.reset()
    await zuora_process.seed(
        AccountSpec(client_id="acme", client_secret="right", workflows=120, tasks=3, first_id=100),
        AccountSpec(client_id="viewer", client_secret="right", workflows=3, tasks=3, rights=("view",)),
        AccountSpec(client_id="nobody", client_secret="right", workflows=3, tasks=3, rights=()),
        AccountSpec(client_id="empty", client_secret="right"),
        AccountSpec(client_id="entity", client_secret="right", workflows=1, entity_id="e-1"),
    )
    return zuora_process


@pytest.fixture
def gate_to(zuora: FakeZuora) -> OpensGate:
    @asynccontextmanager
    async def opened(
        client_id: str = "acme", secret: str = "right", entity_id: str | None = None, **limits: Any
    ) -> AsyncIterator[ZuoraGate]:
        gates = ZuoraGates(Limits(**(QUICK | {"origins": frozenset({zuora.origin})} | limits)))
        credentials = Credentials(
            environment_id=UUID(int=1),
            tenant_id=UUID(int=2),
            customer="Acme",
            base_url=zuora.origin,
            client_id=client_id,
            secret=SecretStr(secret),
            entity_id=entity_id,
        )
        async with gates.running():
            yield gates.of(credentials, "018f-job")

    return opened
