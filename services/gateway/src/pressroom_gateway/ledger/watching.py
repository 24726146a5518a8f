"""Who waits for which job at this gateway, and how gateways tell each other that a job has changed."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from pressroom_common.batcher import Batcher

from .ports import Broadcast, Jobs


class Watching:
    """A word to the gateways is transient: `look`, called every second, finds what was lost, in one query for all."""

    def __init__(self, jobs: Jobs, broadcast: Broadcast) -> None:
        self._jobs = jobs
        self._broadcast = broadcast
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._tellings: Batcher[UUID, None] = Batcher(self._tell, limit=500)

    @contextmanager
    def of(self, job_id: UUID) -> Iterator[asyncio.Event]:
        """Set when the job has changed, until it is cleared."""
        event = asyncio.Event()
        self._waiting[job_id].add(event)
        try:
            yield event
        finally:
            self._waiting[job_id].discard(event)
            if not self._waiting[job_id]:
                del self._waiting[job_id]

    def changed(self, job_ids: Sequence[UUID]) -> None:
        """This gateway's ledger changed them: who waits here hears of it at once, the other gateways soon."""
        self.heard(job_ids)
        for job_id in job_ids:
            self._tellings.put(job_id)

    def heard(self, job_ids: Sequence[UUID]) -> None:
        for job_id in job_ids:
            for event in self._waiting.get(job_id, ()):
                event.set()

    async def look(self) -> None:
        if self._waiting:
            self.heard(await self._jobs.over(list(self._waiting)))

    async def _tell(self, job_ids: Sequence[UUID]) -> list[None]:
        await self._broadcast.changed(job_ids)
        return [None] * len(job_ids)
