"""What clients send of schedules."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from pressroom_gateway.fields import Form, Line
from pressroom_gateway.pagination import PageQuery

Cron = Annotated[
    Line,
    StringConstraints(max_length=100),
    Field(
        description="Five fields: minute, hour, day of month, month, day of week.",
        examples=["0 2 * * *", "*/15 * * * *", "30 6 * * MON-FRI"],
    ),
]
Timezone = Annotated[
    Line,
    StringConstraints(max_length=64),
    Field(description="Of the IANA database; clocks that change are followed.", examples=["Europe/Berlin"]),
]
Jitter = Annotated[
    int,
    Field(
        ge=0,
        le=3600,
        description="Each job comes up to so many seconds later, so that not all come at once. Less than the time "
        "between two.",
    ),
]


class WishedSchedule(Form):
    """A sync that comes again."""

    environment_id: UUID
    cron: Cron
    timezone: Timezone = "UTC"
    jitter_seconds: Jitter = 60
    full: bool = Field(default=False, description="Export every workflow each time.")


class ScheduleEdit(Form):
    """Fields that are left out stay. What is missed by a change of time is not made up for."""

    cron: Cron | None = None
    timezone: Timezone | None = None
    jitter_seconds: Jitter | None = None
    full: bool | None = None


class ScheduleQuery(PageQuery):
    environment_id: UUID | None = None
