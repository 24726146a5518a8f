"""What workers tell, about jobs of the tests' own."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from pressroom_common.contracts import Heartbeat, RunState, Snapshot, WorkerHeartbeat
from pressroom_common.ids import snapshot_id, uuid7
from pressroom_gateway.ledger.job import Job
from protocol.histories import Story
from protocol.runs import broken


def of_job(told: Iterable[Snapshot], job: Job) -> list[Snapshot]:
    """The same history, of another job."""
    return [
        replace(snapshot, job_id=job.id, tenant_id=job.tenant_id, id=snapshot_id(job.id, snapshot.attempt, snapshot.n))
        for snapshot in told
    ]


def answer(job: Job, state: RunState, **facts: Any) -> Snapshot:
    """The run of the job's attempt as it stands now, newer than what the ledger knows."""
    now = datetime.now(UTC)
    told: dict[str, Any] = {
        "claim": max(job.claim, 1),
        "time": now,
        "started_at": job.started_at or now,
        "error": broken() if state in {"failed", "snoozed"} else None,
        "usage": job.usage,
    }
    return Snapshot(
        id=snapshot_id(job.id, job.attempt, job.n + 1),
        tenant_id=job.tenant_id,
        job_id=job.id,
        kind=job.kind,
        attempt=job.attempt,
        n=job.n + 1,
        dispatch=job.dispatch,
        state=state,
        **{**told, **facts},
    )


def heartbeat(worker: str = "generator-1", *, stopped: bool = False, **slots: int) -> WorkerHeartbeat:
    """A generator that lives, with these slots by lane."""
    now = datetime.now(UTC)
    heart = Heartbeat(service="generator", version="1", started_at=now, pid=1, host="here", slots=slots)  # type: ignore[arg-type]
    return WorkerHeartbeat(id=uuid7(), source=worker, time=now, worker=worker, heartbeat=heart, stopped=stopped)


def story(*states: str) -> list[Snapshot]:
    """A run that ends like this, again and again."""
    told = Story()
    for state in states:
        told.claim("generator-1")
        told.conclude(state, 5, permanent=False)
        told.runs.pass_time(200)
    return told.told
