"""Decides when a finished job goes, and that its run goes with it; and when what is known of old calls goes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter

from .ports import Directives, FinishedJobs, OldCalls

logger = structlog.get_logger()

STEP = 500
"""Rows of a statement."""
COMMAND_LIFE = 25 * 3600.0
"""Seconds. A command begins no run 24 h after its publication (`not_after`); clocks may differ, and queues may lag."""


class Retention:
    """Any number of gateways do it side by side. `seconds` after its end a job is deleted (0: never); `pause` between
    steps.

    A job is deleted in the transaction that notes its run as forgotten, and the note stands until the broker has
    confirmed the directive to the run's service. So no run is left behind, whatever dies in between; and never is there
    a job whose run is gone already: tried again, its new run would count from n = 1, and the ledger takes no lower n.
    """

    def __init__(
        self, jobs: FinishedJobs, directives: Directives, deleted: Counter, seconds: float, pause: float = 0.2
    ) -> None:
        self._jobs = jobs
        self._directives = directives
        self._deleted = deleted
        self._seconds = seconds
        self._pause = pause

    async def sweep(self) -> None:
        """All that is old enough, a step at a time. Nothing while the broker is away: the notes would only pile up."""
        await self._delete_all(lambda: self._jobs.delete_hidden(COMMAND_LIFE, STEP))
        if self._seconds:
            await self._delete_all(lambda: self._jobs.delete_old(self._seconds, COMMAND_LIFE, STEP))
        await self._jobs.delete_empty_batches()

    async def _delete_all(self, delete: Callable[[], Awaitable[int]]) -> None:
        deleted = STEP
        while deleted == STEP and self._directives.ready:
            await self._tell()
            deleted = await delete()
            if deleted:
                self._deleted.inc(deleted)
                logger.info("finished jobs deleted", jobs=deleted)
                await self._tell()
                await asyncio.sleep(self._pause)

    async def _tell(self) -> None:
        """What was told and not struck off is told again: a service that has deleted it already finds nothing."""
        while runs := await self._jobs.forgotten(STEP):
            await self._directives.forget(runs)
            await self._jobs.told([run.job_id for run in runs])


class AuditRetention:
    """A record of an administrative call is deleted `seconds` after it (0: never); `pause` between steps."""

    def __init__(self, calls: OldCalls, seconds: float, pause: float = 0.2) -> None:
        self._calls = calls
        self._seconds = seconds
        self._pause = pause

    async def sweep(self) -> None:
        deleted = STEP if self._seconds else 0
        while deleted == STEP:
            deleted = await self._calls.delete_before(datetime.now(UTC) - timedelta(seconds=self._seconds), STEP)
            if deleted:
                logger.info("records of administrative calls deleted", calls=deleted)
                await asyncio.sleep(self._pause)
