"""What is known of a schedule."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Plan(Struct, frozen=True, kw_only=True):
    """When its jobs are made."""

    cron: str
    """Five fields: minute, hour, day of month, month, day of week."""
    timezone: str
    """Of the IANA database; the cron's hours are its."""
    jitter: int
    """Seconds that a job may come after its slot."""


class Slot(Struct, frozen=True, kw_only=True):
    """A time that the cron names, and when its job is made."""

    at: datetime
    due: datetime
    """After `at`, by less than the plan's jitter."""


class Schedule(Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: UUID
    kind: str
    environment_id: UUID
    cron: str
    timezone: str
    jitter: int
    full: bool
    slot: datetime
    """The next one."""
    next_at: datetime
    """When its job is made; where it is paused, nothing is."""
    paused_by: str | None = None
    paused_at: datetime | None = None
    last_at: datetime | None = None
    """When a job was made the last time."""
    last_job_id: UUID | None = None
    skipped_at: datetime | None = None
    """When a slot came the last time while the job before was not over."""
    created_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def plan(self) -> Plan:
        return Plan(cron=self.cron, timezone=self.timezone, jitter=self.jitter)


class NewSchedule(Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: UUID
    kind: str
    environment_id: UUID
    cron: str
    timezone: str
    jitter: int
    full: bool
    slot: datetime
    next_at: datetime
    created_by: str


class DueSchedule(Schedule, frozen=True, kw_only=True):
    busy: bool
    """Whether the last job that it made is not over."""
    gone: bool
    """Whether that job failed because there is no such environment."""


class Turn(Struct, frozen=True, kw_only=True):
    """What became of a slot, and the slot after it."""

    id: UUID
    slot: datetime
    next_at: datetime
    job_id: UUID | None = None
    skipped: bool = False
    paused_by: str | None = None
