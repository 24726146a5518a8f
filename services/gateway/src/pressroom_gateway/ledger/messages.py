"""From a job to the messages that a worker service takes."""

from datetime import UTC, datetime, timedelta

from msgspec import Raw

from pressroom_common.contracts import CancelJob, RunJob
from pressroom_common.ids import uuid7

from .job import Job
from .records import MadeJob, NewJob

LIFE = timedelta(hours=24)
"""Of a command: an older one begins no run."""


def command(job: Job, input_: Raw, request_id: str, source: str, at: datetime, force_n: int | None = None) -> RunJob:
    """The command of a job's last publication. `force_n`: take a snoozed run before its time, if it is at this n."""
    return RunJob(
        id=uuid7(),
        source=source,
        time=at,
        subject=f"jobs/{job.id}",
        correlation_id=request_id,
        traceparent=job.traceparent,
        tenant_id=job.tenant_id,
        job_id=job.id,
        kind=job.kind,
        attempt=job.attempt,
        dispatch=job.dispatch,
        input=input_,
        not_after=at + LIFE,
        force_n=force_n,
        sync_until=job.sync_until if job.awaited else None,
        redo=job.redo,
    )


def directive(job: Job, source: str) -> CancelJob:
    """The cancel, or else the recall, of a job's attempt."""
    return CancelJob(
        id=uuid7(),
        source=source,
        time=datetime.now(UTC),
        subject=f"jobs/{job.id}",
        traceparent=job.traceparent,
        tenant_id=job.tenant_id,
        job_id=job.id,
        kind=job.kind,
        attempt=job.attempt,
        dispatch=job.dispatch,
        reason=job.cancel_requested or "recall",
    )


def first_command(new: NewJob, made: MadeJob, source: str) -> RunJob:
    return RunJob(
        id=uuid7(),
        source=source,
        time=made.created_at,
        subject=f"jobs/{new.id}",
        correlation_id=new.request_id,
        traceparent=new.traceparent,
        tenant_id=new.tenant_id,
        job_id=new.id,
        kind=new.kind,
        attempt=1,
        dispatch=1,
        input=new.input,
        not_after=made.created_at + LIFE,
        sync_until=new.sync_until,
        follower=new.follower,
    )
