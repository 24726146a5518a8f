"""Makes the jobs of slots that have come. Any number of gateways do it side by side."""

import asyncio
from datetime import datetime

import structlog

from .jobs import job_of_slot
from .measures import ScheduleMetrics
from .ports import Jobs, Schedules
from .records import DueSchedule, Turn
from .timing import NeverComes, next_slot

logger = structlog.get_logger()

_STOPPED = "system"
"""Who pauses a schedule that can make no sensible job any more."""


class ScheduleSweep:
    """A gateway holds the rows that it works on, so that others pass over them. Where it dies between the job and the
    row, the next one makes the same job again, which is none: the slot's key is taken.
    """

    def __init__(self, schedules: Schedules, ledger: Jobs, metrics: ScheduleMetrics, limit: int) -> None:
        """`limit`: schedules of one transaction."""
        self._schedules = schedules
        self._ledger = ledger
        self._metrics = metrics
        self._limit = limit

    async def sweep(self) -> None:
        """Until nothing is due. Raises Unavailable."""
        while await self._sweep_some() == self._limit:
            pass

    async def _sweep_some(self) -> int:
        async with self._schedules.due(self._limit) as work:
            if work.schedules:
                turns = await asyncio.gather(*(self._turn(each, work.now) for each in work.schedules))
                await work.take(turns)
            return len(work.schedules)

    async def _turn(self, schedule: DueSchedule, now: datetime) -> Turn:
        """A slot that was missed is made up for once, however many there were. Raises Unavailable."""
        try:
            following = next_slot(schedule.plan, schedule.id, max(schedule.slot, now))
        except NeverComes as error:
            return self._stopped(schedule, error.reason)
        if schedule.gone:
            return self._stopped(schedule, "its environment was deleted")
        turn = Turn(id=schedule.id, slot=following.at, next_at=following.due)
        if schedule.busy:
            self._metrics.slots.labels("skipped").inc()
            told = {"schedule": str(schedule.id), "job_id": str(schedule.last_job_id)}
            logger.info("a slot was skipped: the job of the one before is not over", **told)
            return Turn(id=turn.id, slot=turn.slot, next_at=turn.next_at, skipped=True)
        made = await self._ledger.submit(job_of_slot(schedule))
        self._metrics.slots.labels("made").inc()
        self._metrics.lag.observe(max((now - schedule.next_at).total_seconds(), 0.0))
        return Turn(id=turn.id, slot=turn.slot, next_at=turn.next_at, job_id=made.id)

    def _stopped(self, schedule: DueSchedule, reason: str) -> Turn:
        """Its time zone may have left the database: it is paused, and can be changed and resumed, or deleted."""
        self._metrics.slots.labels("stopped").inc()
        logger.error("a schedule was paused", schedule=str(schedule.id), reason=reason)
        return Turn(id=schedule.id, slot=schedule.slot, next_at=schedule.next_at, paused_by=_STOPPED)
