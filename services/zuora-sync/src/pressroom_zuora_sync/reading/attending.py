"""Requests that open exports: a bounded number of each tenant's, and only for as long as somebody waits for them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from starlette.types import Message

from pressroom_common.internal_scope import Caller

from . import refusals

MOST = 32
"""Of a tenant at once, at work or in line for their turn: those of some gateways."""

T = TypeVar("T")
Receive = Callable[[], Awaitable[Message]]


class Attendance:
    """One per process."""

    def __init__(self) -> None:
        self._attended: Counter[UUID | None] = Counter()
        """None: who asks for all tenants."""

    async def of(self, tenant_id: UUID | None, receive: Receive, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the work says. It is cancelled once the caller hangs up, which `receive` tells. Raises Refused."""
        with self._counted(tenant_id):
            working, gone = asyncio.create_task(work()), asyncio.create_task(_hung_up(receive))
            try:
                await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    return working.result()
                raise refusals.hung_up()
            finally:
                working.cancel()
                gone.cancel()
                await asyncio.gather(working, gone, return_exceptions=True)

    @contextmanager
    def _counted(self, tenant_id: UUID | None) -> Iterator[None]:
        if self._attended[tenant_id] >= MOST:
            raise refusals.too_many(MOST)
        self._attended[tenant_id] += 1
        try:
            yield
        finally:
            self._attended[tenant_id] -= 1
            if not self._attended[tenant_id]:
                del self._attended[tenant_id]


@dataclass(frozen=True)
class Visit:
    """One request of a caller's."""

    caller: Caller
    attendance: Attendance
    receive: Receive

    async def work(self, work: Callable[[Caller], Coroutine[Any, Any, T]]) -> T:
        """As `Attendance.of`."""
        return await self.attendance.of(self.caller.tenant_id, self.receive, lambda: work(self.caller))


async def _hung_up(receive: Receive) -> None:
    """Returns once the caller has."""
    while (await receive())["type"] != "http.disconnect":
        pass
