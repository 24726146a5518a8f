"""Syncs to their end, and what they counted."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.models import JobDetail
from pressroom_client.zuora_models import AcceptedSync

from . import screen
from .batches import ended_batch
from .exits import WITH_ERRORS
from .live import follow
from .zuora_outcomes import codes_of, faults_of

Wait = Annotated[bool, typer.Option("--wait", help="Follow it to its end.")]
Timeout = Annotated[float | None, typer.Option(min=0, help="Seconds; else however long it takes.")]

_COUNTS = (
    *("created", "updated", "unchanged", "deleted", "deletion_refused", "restored", "export_failed", "missing"),
    *("total", "tasks"),
)
_MOST_FAULTS = 10


def follow_sync(
    pressroom: Pressroom, accepted: AcceptedSync, *, wait: bool, timeout: float | None, as_json: bool
) -> None:
    """Raises PressroomError for jobs that were not completed, Exit after Ctrl-C and where results tell errors."""
    if wait and accepted.sort == "batch":
        _follow_batch(pressroom, accepted.id, timeout, as_json=as_json)
    elif wait:
        _follow_job(pressroom, accepted.id, timeout, as_json=as_json)
    elif as_json:
        screen.json(accepted)
    else:
        screen.say(str(accepted.id))


def _follow_job(pressroom: Pressroom, job_id: UUID, timeout: float | None, *, as_json: bool) -> None:
    follow(pressroom.jobs.events(job_id, timeout=timeout), "nothing", job_id)
    job = pressroom.jobs.get(job_id)
    if as_json:
        screen.json(job)
    else:
        result = _counted(job.result)
        counts = ((name, result.get(name)) for name in _COUNTS)
        screen.pairs([("job", job.id), ("status", job.status), *counts, ("error", _error(job))])
        _note_faults(job)
    _exit_with_errors([job])


def _follow_batch(pressroom: Pressroom, batch_id: UUID, timeout: float | None, *, as_json: bool) -> None:
    ended = ended_batch(pressroom, batch_id, timeout)
    jobs = [pressroom.jobs.get(job.id) for job in pressroom.batches.jobs(batch_id)]
    if as_json:
        screen.json({"batch": ended, "jobs": jobs})
    else:
        heads = ("customer", "environment", "status", *_COUNTS, "error")
        rows = ((*_named(job), *_counts(job.result), _error(job)) for job in jobs)
        screen.table(heads, rows, spare=("tasks", "restored", "missing", "unchanged", "total", *_COUNTS))
        for job in jobs:
            _note_faults(job)
    if ended.status != "completed":
        raise PressroomError(0, "not_completed", f"{ended.failed} failed and {ended.cancelled} cancelled jobs.")
    _exit_with_errors(jobs)


def _exit_with_errors(jobs: Sequence[JobDetail]) -> None:
    if any(faults_of(_counted(job.result)) for job in jobs):
        raise typer.Exit(WITH_ERRORS)


def _named(job: JobDetail) -> tuple[object, object, str]:
    notes = job.metadata or {}
    return notes.get("customer"), notes.get("environment"), job.status


def _counts(result: Any) -> tuple[object, ...]:
    counted = _counted(result)
    return tuple(counted.get(name, 0) if counted else None for name in _COUNTS)


def _counted(result: Any) -> Mapping[str, Any]:
    """What is left out is 0."""
    return {"total": 0, **result} if isinstance(result, dict) else {}


def _error(job: JobDetail) -> str:
    return f"{job.error.code}: {job.error.detail}" if job.error else codes_of(_counted(job.result))


def _note_faults(job: JobDetail) -> None:
    """Of the environment as a whole, or of single workflows, which stay as they were."""
    result = _counted(job.result)
    faults = faults_of(result)
    customer, environment, _ = _named(job)
    for fault in faults[:_MOST_FAULTS]:
        workflow = fault.get("name") or fault.get("zuora_id")
        told = (environment and f"{customer}/{environment}", workflow, fault.get("code"), fault.get("detail"))
        screen.note(": ".join(str(each) for each in told if each))
    if len(faults) > _MOST_FAULTS:
        screen.note(f"and {len(faults) - _MOST_FAULTS} more: --json has them")
    if result.get("deletion_refused"):
        screen.note(
            f"{result['deletion_refused']} workflows would have been deleted, more than the guard allows. Look by "
            "--dry-run; if it is right: --override-guard"
        )
