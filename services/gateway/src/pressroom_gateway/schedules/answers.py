"""What clients see of schedules."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from .records import Schedule
from .timing import NeverComes, next_slots

_RUNS = 5


class ScheduleAnswer(BaseModel):
    id: UUID
    kind: str = Field(examples=["zuora.sync"])
    environment_id: UUID
    cron: str = Field(examples=["0 2 * * *"])
    timezone: str = Field(examples=["Europe/Berlin"])
    jitter_seconds: int
    full: bool
    paused_by: str | None
    paused_at: datetime | None
    next_at: datetime | None = Field(description="Of the next job; null while it is paused.")
    next_runs: list[datetime] = Field(description="The next five, with their jitter; as if it were not paused.")
    last_at: datetime | None = Field(description="When it made a job the last time, or somebody triggered it.")
    last_job_id: UUID | None
    skipped_at: datetime | None = Field(
        description="The last time that its job before was not over, and none was made."
    )
    created_by: str
    created_at: datetime
    updated_at: datetime


def schedule_answer(schedule: Schedule, now: datetime) -> ScheduleAnswer:
    """At the database's time."""
    return ScheduleAnswer(
        id=schedule.id,
        kind=schedule.kind,
        environment_id=schedule.environment_id,
        cron=schedule.cron,
        timezone=schedule.timezone,
        jitter_seconds=schedule.jitter,
        full=schedule.full,
        paused_by=schedule.paused_by,
        paused_at=schedule.paused_at,
        next_at=None if schedule.paused_by else schedule.next_at,
        next_runs=_next_runs(schedule, now),
        last_at=schedule.last_at,
        last_job_id=schedule.last_job_id,
        skipped_at=schedule.skipped_at,
        created_by=schedule.created_by,
        created_at=schedule.created_at,
        updated_at=schedule.updated_at,
    )


def _next_runs(schedule: Schedule, now: datetime) -> list[datetime]:
    """The row's own slot comes first: it may be past, and due. None where the plan is understood no more."""
    try:
        if schedule.paused_by:
            return [slot.due for slot in next_slots(schedule.plan, schedule.id, now, _RUNS)]
        later = next_slots(schedule.plan, schedule.id, max(schedule.slot, now), _RUNS - 1)
    except NeverComes:
        return []
    return [schedule.next_at, *(slot.due for slot in later)]
