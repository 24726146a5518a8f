"""Clients that submit without a pause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from integration.delivery.system import System

CLIENTS, AT_A_TIME = 4, 5


@asynccontextmanager
async def under_load(system: System) -> AsyncIterator[list[UUID]]:
    """From when the workers are busy until the context ends: the jobs that were accepted."""
    await system.provider.behaves(latency_ms=300, latency_jitter=250)
    ids: list[UUID] = []
    over = asyncio.Event()

    async def submit() -> None:
        while not over.is_set():
            ids.extend(await system.submit(*(f"Write about bridge {len(ids) + n}" for n in range(AT_A_TIME))))

    clients = [asyncio.create_task(submit()) for _ in range(CLIENTS)]
    await system.provider.in_flight(8)
    yield ids
    over.set()
    await asyncio.gather(*clients)
