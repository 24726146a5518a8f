"""What administrators see of jobs and lanes."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pressroom_common.contracts import Lane

from .answers import JobAnswer, JobDetail, job_answer, job_detail
from .capacity import Scope
from .records import JobView, LoggedTransition


class AdminJob(JobAnswer):
    tenant_id: UUID


class AdminJobDetail(JobDetail):
    tenant_id: UUID


class BulkDone(BaseModel):
    matched: int = Field(description="Jobs that the action fits, when it began.")
    done: int = Field(description="Of these, how many it was done for: at most 10,000 a request. 0 in a preview.")
    preview: bool


class HoldAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    scope: Scope
    name: str = Field(description="The lane, the kind, or the tenant's id.")
    held_by: str
    held_at: datetime


class LaneAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    service: str
    lane: Lane
    window: int = Field(description="Jobs that may be out, published or running.")
    tenant_cap: int = Field(description="Of these, of one tenant.")
    out: int
    waiting: int = Field(description="Jobs that are due and wait for a place.")
    slots: int = Field(description="Jobs that the living workers work on at a time.")
    workers: int
    paused_by: str | None
    paused_at: datetime | None


def admin_job(job: JobView) -> AdminJob:
    return AdminJob(**job_answer(job).model_dump(), tenant_id=job.tenant_id)


def admin_job_detail(job: JobView, log: list[LoggedTransition]) -> AdminJobDetail:
    return AdminJobDetail(**job_detail(job, log).model_dump(), tenant_id=job.tenant_id)
