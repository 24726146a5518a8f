"""Batches that somebody watches at this gateway. Counts are read when one of their jobs changes, for all who watch."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import structlog

from pressroom_common.errors import Unavailable

from .records import Batch, Standing

PACE = 0.5
"""Seconds between two looks at a batch."""
_AGAIN = 2.0
"""After a look that failed."""

logger = structlog.get_logger()

Look = Callable[[Batch], Awaitable[Standing]]


class WatchedBatch:
    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.standing: Standing | None = None
        self.job_ids: Sequence[UUID] = ()
        self.changed = False
        """Whether there is something to look at."""
        self.looking: asyncio.Task[None] | None = None
        self.bells: set[asyncio.Event] = set()

    def learn(self, standing: Standing) -> None:
        self.standing = standing
        self.ring()

    def ring(self) -> None:
        for bell in self.bells:
            bell.set()


class Watch(NamedTuple):
    watched: WatchedBatch
    bell: asyncio.Event


class BatchWatching:
    """`look` reads how a batch stands. What it hears is transient: `look_again` finds what was lost."""

    def __init__(self, look: Look, pace: float = PACE) -> None:
        self._look = look
        self._pace = pace
        self._watched: dict[UUID, WatchedBatch] = {}
        self._of_job: dict[UUID, WatchedBatch] = {}

    @contextmanager
    def watching(self, batch: Batch) -> Iterator[Watch]:
        watched = self._watched.setdefault(batch.id, WatchedBatch(batch))
        bell = asyncio.Event()
        watched.bells.add(bell)
        try:
            yield Watch(watched, bell)
        finally:
            watched.bells.discard(bell)
            if not watched.bells:
                self._forget(watched)

    def follow(self, watched: WatchedBatch, job_ids: Sequence[UUID]) -> None:
        """These are its jobs; it is looked at now, and whenever one of them changes."""
        if not watched.job_ids:
            watched.job_ids = job_ids
            self._of_job.update(dict.fromkeys(job_ids, watched))
        self._touch(watched)

    def heard(self, job_ids: Collection[UUID]) -> None:
        """Some ledger changed these jobs."""
        if not self._of_job:
            return
        for job_id in job_ids:
            watched = self._of_job.get(job_id)
            if watched is not None:
                self._touch(watched)

    async def look_again(self) -> None:
        """At all that is watched."""
        for watched in list(self._watched.values()):
            self._touch(watched)

    def close(self) -> None:
        """This gateway stops."""
        for watched in list(self._watched.values()):
            watched.ring()

    def _touch(self, watched: WatchedBatch) -> None:
        watched.changed = True
        if watched.looking is None:
            watched.looking = asyncio.create_task(self._keep_looking(watched))

    async def _keep_looking(self, watched: WatchedBatch) -> None:
        """Until nothing changed for the length of a pace. After a fault the next change begins anew."""
        try:
            while watched.changed:
                pause = await self._look_once(watched)
                await asyncio.sleep(pause)
        except Exception:
            logger.exception("a batch could not be looked at", batch_id=str(watched.batch.id))
        finally:
            watched.looking = None

    async def _look_once(self, watched: WatchedBatch) -> float:
        """Seconds to wait before the next look."""
        watched.changed = False
        try:
            watched.learn(await self._look(watched.batch))
        except Unavailable as error:
            logger.warning("a batch could not be looked at: it is tried again", reason=str(error))
            watched.changed = True
            return _AGAIN
        return self._pace

    def _forget(self, watched: WatchedBatch) -> None:
        self._watched.pop(watched.batch.id, None)
        for job_id in watched.job_ids:
            self._of_job.pop(job_id, None)
        if watched.looking is not None:
            watched.looking.cancel()
