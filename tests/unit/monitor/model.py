"""The pure model: what the history must be, said of the set of all events. It knows nothing of order or of batches."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pressroom_common.contracts import TERMINAL, Snapshot, Transition, WorkerHeartbeat, total_usage
from unit.monitor.events import World

Table = dict[Any, dict[str, Any]]


def jobs(world: World) -> Table:
    return {job: _job([told for told in world.transitions if told.job_id == job]) for job in _jobs(world.transitions)}


def _jobs(events: Iterable[Transition | Snapshot]) -> set[Any]:
    return {event.job_id for event in events}


def _job(log: list[Transition]) -> dict[str, Any]:
    last = max(log, key=lambda told: told.version)
    return {
        "tenant_id": last.tenant_id,
        "kind": last.kind,
        "lane": last.lane,
        "status": last.status,
        "version": last.version,
        "attempt": last.attempt,
        "error_code": last.error_code,
        "updated_at": last.at,
        "started_at": min((told.at for told in log if told.status == "processing"), default=None),
        "completed_at": last.at if last.status in TERMINAL else None,
    }


def endings(world: World) -> Table:
    return {
        (told.job_id, told.version): {
            "status": told.status,
            "ended_at": told.at,
            "error_code": told.error_code,
            "execution_mode": told.execution_mode,
        }
        for told in world.transitions
        if told.status in TERMINAL
    }


def attempts(world: World) -> Table:
    keys = {(told.job_id, told.attempt) for told in world.snapshots}
    return {key: _attempt([told for told in world.snapshots if (told.job_id, told.attempt) == key]) for key in keys}


def _attempt(run: list[Snapshot]) -> dict[str, Any]:
    last = max(run, key=lambda told: told.n)
    return {
        "n": last.n,
        "claim": last.claim,
        "state": last.state,
        "started_at": last.started_at,
        "ended_at": last.ended_at,
        "error_code": last.error.code if last.error else "",
        "told_at": last.time,
    }


def usages(world: World) -> Table:
    billed = [told for told in world.snapshots if told.usage]
    return {job: _usage([told for told in billed if told.job_id == job]) for job in _jobs(billed)}


def _usage(run: list[Snapshot]) -> dict[str, Any]:
    last = max(run, key=lambda told: (told.attempt, told.n))
    total = total_usage(last.usage.values())
    return {
        "attempt": last.attempt,
        "n": last.n,
        "told_at": last.time,
        "input_tokens": total.input_tokens,
        "output_tokens": total.output_tokens,
        "unknown_calls": total.unknown_calls,
    }


def workers(world: World) -> Table:
    names = {beat.worker for beat in world.heartbeats}
    return {name: _worker([beat for beat in world.heartbeats if beat.worker == name]) for name in names}


def _worker(beats: list[WorkerHeartbeat]) -> dict[str, Any]:
    last = max(beats, key=lambda beat: (beat.heartbeat.started_at, beat.time))
    return {
        "pid": last.heartbeat.pid,
        "started_at": last.heartbeat.started_at,
        "told_at": last.time,
        "draining": last.heartbeat.draining,
        "stopped": last.stopped,
        "holds": len(last.holds),
        "done": last.heartbeat.done,
        "log_level": last.heartbeat.log_level,
    }


def job_counts(world: World) -> Counter[Any]:
    """Jobs by (tenant, kind, status)."""
    return Counter((row["tenant_id"], row["kind"], row["status"]) for row in jobs(world).values())


def jobs_ended(world: World) -> Counter[Any]:
    """Ends of jobs by (kind, status)."""
    ends = {(told.job_id, told.version): told for told in world.transitions if told.status in TERMINAL}
    return Counter((told.kind, told.status) for told in ends.values())


def attempts_ended(world: World) -> Counter[Any]:
    """Ends of attempts by (kind, state)."""
    kinds = {told.job_id: told.kind for told in world.snapshots}
    rows = attempts(world)
    return Counter((kinds[job], row["state"]) for (job, _), row in rows.items() if row["state"] in TERMINAL)


def tokens(world: World) -> Counter[Any]:
    """Tokens and lost answers by (kind, what)."""
    kinds, counted = {told.job_id: told.kind for told in world.snapshots}, Counter[Any]()
    for job, row in usages(world).items():
        for what in ("input_tokens", "output_tokens", "unknown_calls"):
            counted[kinds[job], what] += row[what]
    return +counted
