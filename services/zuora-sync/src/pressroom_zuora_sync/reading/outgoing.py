"""The memory of a process for exports that are on their way out: each is held until whoever asked has read it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from pressroom_zuora_sync.zuora.budget import MB, Room

from . import refusals

TOTAL = 128 * MB
SHARE = 32 * MB
"""Of a tenant. A single export that is larger has it alone."""
PATIENCE = 20.0
"""Seconds that one waits for the others to be read: less than the gateway waits for the first byte."""


class Outgoing:
    """One per process."""

    def __init__(self) -> None:
        self._all = Room(TOTAL)
        self._own: WeakValueDictionary[UUID | None, Room] = WeakValueDictionary()
        """Of tenants with exports on their way out, or waiting; None: of who asks for all tenants."""

    @asynccontextmanager
    async def room(self, tenant_id: UUID | None, size: int) -> AsyncIterator[None]:
        """For so many bytes: first among the tenant's own, then among all. Raises Refused."""
        own = self._own.setdefault(tenant_id, Room(SHARE))
        size = min(size, SHARE)
        async with AsyncExitStack() as taken:
            try:
                async with asyncio.timeout(PATIENCE):
                    await taken.enter_async_context(own.taken(size))
                    await taken.enter_async_context(self._all.taken(size))
            except TimeoutError:
                raise refusals.too_much() from None
            yield
