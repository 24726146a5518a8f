"""Numbers of schedules, from the environment."""

from pydantic import BaseModel, Field


class ScheduleSettings(BaseModel):
    schedule_sweep_seconds: float = Field(
        1.0, gt=0, description="How often a gateway looks for schedules that are due."
    )
    schedule_sweep_batch: int = Field(100, ge=1, description="Schedules of one look.")
