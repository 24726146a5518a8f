"""Why a job does not run, in words: the dispatcher's own obstacles, and what is known of a job that is out. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pressroom_common.contracts import service_of

from .capacity import Capacity, Obstacle
from .job import Job
from .records import Ahead, Needed


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    detail: str
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Why:
    job: Job
    reasons: list[Reason] = field(default_factory=list)
    position: int | None = None
    """In its lane, from 1; with several tenants waiting, they take turns."""
    estimated_start_at: datetime | None = None


def why(job: Job, capacity: Capacity, ahead: Ahead | None, now: datetime, needs: Sequence[Needed] = ()) -> Why:
    reasons = [*_dependencies(job, needs), *_reasons(job, capacity, now)]
    codes = {reason.code for reason in reasons}
    if ahead is None or "paused" in codes:
        return Why(job, reasons)
    position = min(ahead.own * max(ahead.tenants, 1), max(ahead.lane - 1, ahead.own)) + 1
    if "concurrency_key" in codes:  # another job's end is not the lane's matter
        return Why(job, reasons, position)
    starts = max((reason.until for reason in reasons if reason.until is not None), default=now)
    if ahead.per_second:
        starts = max(starts, now + timedelta(seconds=position / ahead.per_second))
    elif starts == now and position > 1:
        return Why(job, reasons, position)
    return Why(job, reasons, position, starts)


def _dependencies(job: Job, needs: Sequence[Needed]) -> Iterator[Reason]:
    names = [each.name or str(each.id) for each in needs if each.status != "completed"]
    if job.waits_on and not job.over:
        others = f" and {len(names) - _MOST_NAMES} others" if len(names) > _MOST_NAMES else ""
        yield Reason("dependency", f"It depends on {', '.join(names[:_MOST_NAMES])}{others}.")


_MOST_NAMES = 10


def _reasons(job: Job, capacity: Capacity, now: datetime) -> Iterator[Reason]:
    if job.over:
        yield Reason("over", f"The job is {job.status}.", since=job.completed_at)
        return
    if job.status == "cancelling":
        yield Reason("cancelling", "It was asked to stop; the worker has not answered yet.")
        return
    if job.status == "processing":
        yield Reason("running", "A worker has it.", since=job.started_at)
        return
    if job.recall:
        yield Reason("recalled", "Its command is being asked back, to pause the job or to give it another time.")
    if job.place == "wanted" or job.status == "blocked" or (job.status == "scheduled" and not job.recall):
        yield from (_reason(obstacle) for obstacle in capacity.obstacles(job, now))
    elif not job.recall:
        yield Reason("queued", "It is in the broker's queue, and waits for a free worker.", since=job.published_at)
    if not any(
        each.service == service_of(job.kind) and each.lane == job.lane and each.workers for each in capacity.load.slots
    ):
        drained = "none was heard of lately, or all are draining"
        yield Reason("no_worker", f"No worker of the lane {job.lane} takes jobs now: {drained}.")


def _reason(obstacle: Obstacle) -> Reason:
    return Reason(obstacle.code, _detail(obstacle), obstacle.by or None, obstacle.since, obstacle.until)


def _detail(obstacle: Obstacle) -> str:
    match obstacle.code:
        case "paused":
            return f"The {obstacle.what} is paused." if obstacle.what != "job" else "It is paused."
        case "scheduled":
            return "It waits for its time."
        case "backing_off":
            return "An attempt failed; it waits for the next one."
        case "snoozed":
            return "The provider asked to wait."
        case "lane_full":
            return f"All {obstacle.of} places of the lane {obstacle.what} are taken."
        case "tenant_cap":
            return f"The tenant has {obstacle.out} of its {obstacle.of} places in the lane {obstacle.what}."
        case "tenant_limit":
            return f"The tenant has {obstacle.out} jobs out, of {obstacle.of} at a time."
        case "concurrency_key":
            holder = "has its turn: it runs, or waits for a time that it was told"
            return f"Another job with the key {obstacle.what} {holder}. Only one may at a time."
