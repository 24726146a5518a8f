"""`fold(job, snapshot) -> job`: what the run of a job tells the ledger. Pure; any order and duplication gives the same.

The state machine is `protocol.md`'s. A run's version (n) grows over all attempts, so it alone orders its snapshots.
"""

from datetime import datetime

from msgspec.structs import replace

from pressroom_common.contracts import NOTHING, JobError, JobStatus, Snapshot

from .job import Job
from .placement import next_attempt, placed, recalled, without_wishes
from .policy import Policy

PARKED = JobError(
    code="parked",
    detail="The job's message could not be handled and was parked. An operator can replay it.",
    error_class="permanent",
)
DEADLINE = JobError(
    code="deadline", detail="The job did not finish within its time. Submit it again.", error_class="permanent"
)


def fold(job: Job, snapshot: Snapshot, policy: Policy, now: datetime) -> Job:
    """The job after it heard the snapshot; `now` is the database's clock. An older snapshot changes nothing."""
    if snapshot.n == job.n and _slept_on(job, snapshot, now):
        return _snoozed(job, snapshot, policy, now)
    if snapshot.n <= job.n:
        return replace(job, heard_at=now) if snapshot.n == job.n and job.status == "processing" else job
    if snapshot.attempt < job.attempt:  # a late cost of an attempt that is history
        return replace(job, n=snapshot.n, claim=snapshot.claim, usage=snapshot.usage, steps=snapshot.steps)
    if snapshot.attempt > job.attempt:
        job = _adopted(job, snapshot)
    known = replace(
        job,
        n=snapshot.n,
        claim=snapshot.claim,
        usage=snapshot.usage,
        steps=snapshot.steps,
        redo=job.redo if snapshot.started_at is None else (),
        heard_at=now,
        out=True,
        started_at=job.started_at or snapshot.started_at,
    )
    if job.over:  # a late cost: the status of an attempt never changes again
        return known
    return _TRANSITIONS[snapshot.state](known, snapshot, policy, now)


def _slept_on(job: Job, snapshot: Snapshot, now: datetime) -> bool:
    """Somebody wanted the snoozed run to begin now, and that command was lost: it is as it was."""
    slept = snapshot.state == "snoozed" and snapshot.not_before is not None and snapshot.not_before > now
    return slept and snapshot.attempt == job.attempt and job.status == "pending" and job.out


def with_start(job: Job, snapshot: Snapshot) -> tuple[Snapshot, ...]:
    """The snapshot, after that of its start where the ledger has not heard of the claim: a start may be lost, or late.

    So the log says when the work began, whatever was delivered.
    """
    known = (job.attempt, job.claim) >= (snapshot.attempt, snapshot.claim)
    if known or snapshot.state not in {"completed", "failed", "snoozed"} or snapshot.started_at is None:
        return (snapshot,)
    start = replace(
        snapshot,
        state="running",
        n=snapshot.n - 1,
        time=max(snapshot.started_at, job.heard_at or snapshot.started_at),
        ended_at=None,
        not_before=None,
        error=None,
        result=NOTHING,
    )
    return start, snapshot


def ended(job: Job, status: JobStatus, error: JobError | None, at: datetime) -> Job:
    """Over: nothing holds it and nothing is asked of it any more, so that a retry by hand begins afresh."""
    done = replace(job, status=status, error=error, completed_at=at, run_at=None, held_by=None, held_at=None)
    return without_wishes(done)


def _adopted(job: Job, snapshot: Snapshot) -> Job:
    """An attempt that this ledger does not know: it was restored from a backup. What was, was of an earlier one."""
    return replace(
        job,
        status="pending",
        attempt=snapshot.attempt,
        confirmed=False,
        publications=0,
        cancel_requested=None,
        recall=False,
        behind_key=False,
        directives=0,
        completed_at=None,
        result=None,
    )


# Every state says all that it decides, the absence of an error or of a time, too: snapshots before it may be missing.


def _running(job: Job, _snapshot: Snapshot, _policy: Policy, _now: datetime) -> Job:
    """Somebody works on it: what was to be recalled stays out, and a pause that came too late is dropped."""
    status: JobStatus = "cancelling" if job.cancel_requested else "processing"
    return replace(_taken(job), status=status, run_at=None, error=None)


def _taken(job: Job) -> Job:
    return replace(without_wishes(job), held_by=None, held_at=None) if job.recall else job


def _orphaned(job: Job, _snapshot: Snapshot, _policy: Policy, _now: datetime) -> Job:
    """Its worker died: sent again at once. A cancel that was asked for goes on being told instead."""
    return replace(job, status="cancelling" if job.cancel_requested else "pending", run_at=None, error=None)


def _snoozed(job: Job, snapshot: Snapshot, _policy: Policy, _now: datetime) -> Job:
    status: JobStatus = "cancelling" if job.cancel_requested else "scheduled"
    return replace(job, status=status, run_at=snapshot.not_before, error=snapshot.error)


def _completed(job: Job, snapshot: Snapshot, _policy: Policy, _now: datetime) -> Job:
    done = ended(job, "completed", None, snapshot.ended_at or snapshot.time)
    return replace(done, result=snapshot.result or None)


def _cancelled(job: Job, snapshot: Snapshot, _policy: Policy, now: datetime) -> Job:
    """The snapshot says why, whatever is asked of the job by now."""
    at = snapshot.ended_at or snapshot.time
    if snapshot.cancelled_by == "recall" and job.cancel_requested is None:
        return recalled(job, snapshot.not_before, now)
    if snapshot.cancelled_by == "parked":
        return ended(job, "failed", PARKED, at)
    if snapshot.cancelled_by == "deadline" or job.cancel_requested == "deadline":
        return ended(job, "failed", DEADLINE, at)
    return ended(job, "cancelled", None, at)


def _failed(job: Job, snapshot: Snapshot, policy: Policy, now: datetime) -> Job:
    at = snapshot.ended_at or snapshot.time
    error = snapshot.error or JobError(code="internal", detail="The attempt failed.", error_class="transient")
    if job.cancel_requested == "deadline":
        return ended(job, "failed", DEADLINE, at)
    if job.cancel_requested:
        return ended(job, "cancelled", None, at)
    tries = job.attempt - job.attempt_base
    retry_at = at + policy.back_off(job.id, tries)
    final = error.error_class == "permanent" or tries >= policy.max_attempts or _client_waits(job, snapshot)
    if final or retry_at >= policy.window_ends(job.retry_base_at):
        return ended(job, "failed", error, at)
    again = replace(next_attempt(job), run_at=job.wished_run_at or retry_at, error=error)
    if job.recall:  # what was wished for this attempt holds for the next one
        return placed(without_wishes(again), now)
    return replace(again, status="retrying")


def _client_waits(job: Job, snapshot: Snapshot) -> bool:
    return job.awaited and job.sync_until is not None and snapshot.time < job.sync_until


_TRANSITIONS = {
    "running": _running,
    "orphaned": _orphaned,
    "snoozed": _snoozed,
    "completed": _completed,
    "cancelled": _cancelled,
    "failed": _failed,
}
