"""Where a job belongs that is not out, and whether it has or wants a place among those that are. Pure."""

from datetime import datetime

from msgspec.structs import replace

from .job import Job, Place


def placed(job: Job, now: datetime) -> Job:
    """A job whose command is not out, as its holds, those it depends on and its time have it."""
    if job.held_by is not None or job.waits_on:
        return replace(job, status="blocked", behind_key=False)
    later = job.run_at is not None and job.run_at > now
    return replace(job, status="scheduled" if later else "pending", behind_key=False)


def recalled(job: Job, not_before: datetime | None, now: datetime) -> Job:
    """Its command came back unused: under a new attempt, which uses up no try, it is placed anew.

    `not_before`: the time of its snooze, which holds unless a person set another one. The run tells it once more with
    the recall, because what it told before may come later, or never.
    """
    fresh = replace(
        next_attempt(job),
        attempt_base=job.attempt_base + 1,
        run_at=job.wished_run_at or not_before,
        error=None,
    )
    return placed(without_wishes(fresh), now)


def next_attempt(job: Job) -> Job:
    """Nothing of it is out yet."""
    return replace(job, attempt=job.attempt + 1, out=False, confirmed=False, publications=0)


def without_wishes(job: Job) -> Job:
    """The recall is over, however it went."""
    return replace(job, recall=False, wished_run_at=None, directives=0)


def place_of(job: Job) -> Place | None:
    """A snoozed job keeps its place: an older message may begin it again, and what throttles it throttles others."""
    if job.over:
        return None
    if job.out:
        return "taken"
    return None if job.status == "blocked" else "wanted"
