"""What is due next for a job: pure. One column, `due_at`, carries all schedules, retries, snoozes and healing."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from pressroom_common.contracts import CancelReason

from .fold import DEADLINE, ended
from .job import Job
from .policy import Policy, doubled

Action = Literal["publish", "cancel", "none"]


def due_at(job: Job, policy: Policy, now: datetime) -> datetime | None:
    """When the dispatcher must look at the job if nothing is heard of it; None: never."""
    if job.over or job.behind_key:
        return None
    if job.asked:
        return now + doubled(policy.directive_wait, max(job.directives - 1, 0), policy.directive_wait_limit)
    if job.status == "processing":
        return _last_word(job, now) + timedelta(seconds=policy.silence)
    if job.status == "blocked":
        return None
    if job.status in {"scheduled", "retrying"} or not job.out:
        return job.run_at or job.created_at
    return _unclaimed_at(job, policy, now)


def _last_word(job: Job, now: datetime) -> datetime:
    """When the run was heard of, or asked after: the answer to a question needs its time, too."""
    return max((at for at in (job.heard_at, job.published_at) if at is not None), default=now)


def _unclaimed_at(job: Job, policy: Policy, now: datetime) -> datetime:
    """A published command that no snapshot answered; an orphan has been heard of since, and is due at once."""
    if job.published_at is None or (job.heard_at is not None and job.heard_at >= job.published_at):
        return now
    wait = policy.unclaimed(job.queue) if job.confirmed else policy.publish_wait
    return job.published_at + doubled(wait, max(job.publications - 1, 0), policy.unclaimed_wait_limit)


def act(job: Job, policy: Policy, now: datetime) -> tuple[Job, Action]:
    """What to do with a job that is due: the command of the attempt (again), or the cancel again."""
    if job.place == "wanted" and job.due_at is not None:  # to wait for a place, or behind a pause, is no try
        job = replace(job, retry_base_at=job.retry_base_at + max(now - job.due_at, timedelta(0)))
    if now >= policy.window_ends(job.retry_base_at) and job.cancel_requested is None and not job.untried:
        job = request_cancel(job, "deadline", now)
        if job.over:
            return job, "none"
    if job.asked:
        return replace(job, directives=job.directives + 1), "cancel"
    return publish(job, now), "publish"


def publish(job: Job, now: datetime) -> Job:
    """Under a new dispatch number, committed before it is published. A run that may live is only asked after."""
    return replace(
        job,
        status="processing" if job.status == "processing" else "pending",
        out=True,
        dispatch=job.dispatch + 1,
        confirmed=False,
        published_at=now,
        publications=job.publications + 1,
        retry_base_at=now if job.untried else job.retry_base_at,
    )


def request_cancel(job: Job, reason: CancelReason, now: datetime) -> Job:
    """At once where no command can be out; else the run decides, and the job shows as cancelling until it has."""
    if job.over or job.cancel_requested:
        return job
    if job.out:
        return replace(job, status="cancelling", cancel_requested=reason, directives=0)
    if reason == "deadline":
        return ended(job, "failed", DEADLINE, now)
    return ended(job, "cancelled", None, now)
