"""What people ask of a job: pause, resume, another time or lane, try again. Pure; raises Problem for what cannot be.

Where a command is out, only the run knows whether somebody works on it: the wish is kept, and the command recalled.
"""

from datetime import datetime

from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import Lane, overrides_guard
from pressroom_gateway.problems import Problem, conflict

from .dependencies import ended_by_others
from .dispatch import publish
from .job import Job
from .placement import next_attempt, placed
from .redoing import redo_from


def pause(job: Job, who: str, now: datetime) -> Job:
    """Until it is resumed."""
    _check_waits(job, "paused")
    if job.held_by is not None:
        return job
    held = replace(job, held_by=who, held_at=now)
    return recall(held) if job.out else placed(held, now)


def resume(job: Job, now: datetime) -> Job:
    """A recall that is under way goes on: then the job is placed anew. Its 24 h begin again: the pause was no try."""
    if job.held_by is None:
        return job
    free = replace(job, held_by=None, held_at=None, retry_base_at=now)
    return free if job.out else placed(free, now)


def reschedule(job: Job, run_at: datetime | None, now: datetime) -> Job:
    """None: as soon as there is a place. Its 24 h count from the new time: the wait until then is no try."""
    _check_waits(job, "given another time")
    moved = job if run_at is None else replace(job, retry_base_at=max(job.retry_base_at, run_at))
    if not job.out:
        return placed(replace(moved, run_at=run_at), now)
    if job.status == "pending" and run_at is None and not job.recall:
        return job
    return recall(replace(moved, wished_run_at=run_at or now))


def reprioritise(job: Job, lane: Lane, now: datetime) -> Job:
    """One more publication, to the new lane: whichever message is first runs, the other finds nothing to do."""
    _check_waits(job, "moved to another lane")
    if job.lane == lane:
        return job
    moved = replace(job, lane=lane)
    return publish(moved, now) if job.out and job.status == "pending" and not job.asked else moved


def reprioritise_in_line(job: Job, lane: Lane) -> Job:
    """Where the new lane has no place for a published job: it is asked back, to stand in line there."""
    return recall(replace(job, lane=lane))


def try_again(job: Job, now: datetime) -> Job:
    """By hand: what is over counts anew, what waits for its time does so no longer."""
    _check_by_itself(job)
    if job.status in {"failed", "cancelled"}:
        return placed(_afresh(job, now), now)
    if job.status in {"scheduled", "retrying"} and not job.asked:
        return publish(job, now) if job.out else placed(replace(job, run_at=None), now)
    if job.status == "completed":
        raise conflict("The job is completed. Submit a new one, restart it, or repeat a generation with edits.")
    if job.status == "blocked" and job.held_by is None:
        raise conflict("The job waits for others of its batch. It follows them.")
    if job.status == "blocked":
        raise conflict("The job is paused. Resume it.")
    raise conflict(f"The job is {job.status}: it needs no retry.")


def restart(job: Job, input_: Raw, from_step: str | None, now: datetime) -> Job:
    """A job that is over, from a step on, on what it has of the steps before; None: from the beginning."""
    if not job.over:
        raise conflict(f"The job is {job.status}: only a job that is over can be restarted. Cancel it first.")
    _check_by_itself(job)
    check_once(job, input_)
    redo = redo_from(job.kind, input_, from_step)
    return placed(replace(_afresh(job, now), redo=redo), now)


def check_once(job: Job, input_: Raw) -> None:
    """Others than who asked for it may do a job that is over once more. Raises Problem where that was for once."""
    if job.over and overrides_guard(job.kind, input_):
        raise conflict("The sync may override the guard, which is for once. Make a new one: POST /v1/zuora/syncs.")


def _afresh(job: Job, now: datetime) -> Job:
    """What is over counts anew."""
    return replace(
        next_attempt(job),
        attempt_base=job.attempt,
        retry_base_at=now,
        run_at=None,
        cancel_requested=None,
        sync_until=None,
        error=None,
        started_at=None,
        completed_at=None,
    )


def _check_by_itself(job: Job) -> None:
    if job.error is not None and ended_by_others(job):
        raise conflict(job.error.detail)


def _check_waits(job: Job, what: str) -> None:
    if job.over:
        raise conflict(f"The job is {job.status}: it cannot be {what}.")
    if job.status == "cancelling":
        raise conflict("The job is being cancelled.")
    if job.status == "processing":
        raise Problem(409, "already_running", f"A worker has the job: it cannot be {what}. Cancel it, or let it run.")


def recall(job: Job) -> Job:
    """Its command is asked back."""
    return job if job.recall else replace(job, recall=True, directives=0)
