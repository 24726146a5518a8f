"""From a decision to what is written: the job's next due time, its place, and its log entry where the status changed.

Pure.
"""

from datetime import datetime

from msgspec.structs import replace

from pressroom_common.contracts import Transition

from .dispatch import due_at
from .job import Job, LogEntry
from .placement import place_of
from .policy import Policy


def settle(
    before: Job, after: Job, policy: Policy, now: datetime, at: datetime, worker: str = ""
) -> tuple[Job, LogEntry | None]:
    """`at`: when it happened; `now`: when the ledger hears of it."""
    moved = (before.status, before.attempt) != (after.status, after.attempt)
    version = after.version + 1 if moved else after.version
    over = moved and (before.over or after.over)
    after = replace(after, unsettled=after.unsettled or (over and (after.needed or after.waits_on > 0)))
    place = place_of(after)
    waiting = replace(after, place=place, behind_key=after.behind_key and place == "wanted", version=version)
    job = replace(waiting, due_at=due_at(waiting, policy, now))
    if not moved:
        return job, None
    entry = LogEntry(
        job_id=job.id,
        version=version,
        status=job.status,
        attempt=job.attempt,
        at=at,
        error=job.error if job.status in {"failed", "retrying", "scheduled"} else None,
        worker=worker,
    )
    return job, entry


def told(job: Job, entry: LogEntry) -> Transition:
    """The entry as the monitor hears it."""
    return Transition(
        job_id=job.id,
        version=entry.version,
        tenant_id=job.tenant_id,
        kind=job.kind,
        lane=job.lane,
        execution_mode=job.execution_mode,
        status=entry.status,
        attempt=entry.attempt,
        at=entry.at,
        created_at=job.created_at,
        error_code=entry.error.code if entry.error else "",
    )
