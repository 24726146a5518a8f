"""Generate now: the client waits for its job. No connection to the database is held meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .measures import SyncMetrics
from .ports import Jobs
from .reading import JobReader
from .records import JobView, MadeJob
from .watching import Watching


@dataclass(frozen=True)
class SyncLimits:
    seconds: float = 60.0
    """The longest wait."""
    per_tenant: int = 5
    """Of this process."""
    in_all: int = 500


class SyncRequests:
    """The requests that wait at this gateway process."""

    def __init__(
        self, jobs: Jobs, reader: JobReader, watching: Watching, metrics: SyncMetrics, limits: SyncLimits
    ) -> None:
        self._jobs = jobs
        self._reader = reader
        self._watching = watching
        self._metrics = metrics
        self._limits = limits
        self._waiting: Counter[UUID] = Counter()

    def wait_seconds(self, wished: float | None) -> float:
        return self._limits.seconds if wished is None else min(wished, self._limits.seconds)

    def full(self, tenant_id: UUID) -> str | None:
        """Why a request of the tenant cannot wait here, if so."""
        if self._waiting[tenant_id] >= self._limits.per_tenant:
            why = f"{self._limits.per_tenant} requests of the tenant wait here already."
        elif self._waiting.total() >= self._limits.in_all:
            why = f"{self._limits.in_all} requests wait here already."
        else:
            return None
        self._metrics.refused()
        return why

    async def result(self, tenant_id: UUID, made: MadeJob, seconds: float, gone: Awaitable[None]) -> JobView | None:
        """The job once it is over. None: it was handed over, because the time is up or the client is `gone`."""
        self._waiting[tenant_id] += 1
        leaving = asyncio.ensure_future(gone)
        try:
            with self._metrics.waiting():
                found = await self._over(tenant_id, made, seconds, leaving)
        finally:
            leaving.cancel()
            self._leave(tenant_id)
        if found is None and not await self._jobs.hand_over(made.id):
            found = await self._reader.get(tenant_id, made.id)
        self._metrics.ended(found)
        return found

    def _leave(self, tenant_id: UUID) -> None:
        self._waiting[tenant_id] -= 1
        if not self._waiting[tenant_id]:
            del self._waiting[tenant_id]

    async def _over(
        self, tenant_id: UUID, made: MadeJob, seconds: float, leaving: asyncio.Future[None]
    ) -> JobView | None:
        with self._watching.of(made.id) as changed:
            if made.repeated:  # it may be over long since
                changed.set()
            deadline = asyncio.get_running_loop().time() + seconds
            while (left := deadline - asyncio.get_running_loop().time()) > 0 and not leaving.done():
                hearing = asyncio.create_task(changed.wait())
                first: list[asyncio.Future[Any]] = [hearing, leaving]
                await asyncio.wait(first, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                hearing.cancel()
                if changed.is_set():
                    changed.clear()
                    found = await self._reader.get(tenant_id, made.id)
                    if found.over:
                        return found
        return None
