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
from .zuora_outcomes import codes_of, faults_of, state_of

Wait = Annotated[bool, typer.Option("--wait", help="Follow it to its end.")]
Timeout = Annotated[float | None, typer.Option(min=0, help="Seconds; else however long it takes.")]

_COUNTS = (
    *("created", "updated", "unchanged", "deleted", "deletion_refused", "restored", "export_failed", "missing"),
    *("total", "tasks"),
)
_SPARE = ("tasks", "missing", "restored", "unchanged", "total")
_SPARE_LAST = ("updated", "created", "deleted", "export_failed", "deletion_refused")
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
        screen.pairs([("job", job.id), ("status", _state(job)), *counts, ("error", _error(job))])
        _note_faults([job])
    _exit_with_errors([job])


def _follow_batch(pressroom: Pressroom, batch_id: UUID, timeout: float | None, *, as_json: bool) -> None:
    ended = ended_batch(pressroom, batch_id, timeout)
    jobs = [pressroom.jobs.get(job.id) for job in pressroom.batches.jobs(batch_id)]
    if as_json:
        screen.json({"batch": ended, "jobs": jobs})
    else:
        heads = ("environment", "status", *_COUNTS, "error")
        rows = ((_name(job), _state(job), *_counts(job.result), _error(job)) for job in jobs)
        states = () if any(_is_dry(job) for job in jobs) else ("status",)
        screen.table(heads, rows, spare=(*_SPARE, *states, *_SPARE_LAST), whole=("environment",))
        _note_faults(jobs)
    if ended.status != "completed":
        raise PressroomError(0, "not_completed", f"{ended.failed} failed and {ended.cancelled} cancelled jobs.")
    _exit_with_errors(jobs)


def _exit_with_errors(jobs: Sequence[JobDetail]) -> None:
    if any(faults_of(_counted(job.result)) for job in jobs):
        raise typer.Exit(WITH_ERRORS)


def _name(job: JobDetail) -> str:
    notes = job.metadata or {}
    return "/".join(str(each) for each in (notes.get("customer"), notes.get("environment")) if each)


def _state(job: JobDetail) -> str:
    return state_of(job.status, dry_run=_is_dry(job))


def _is_dry(job: JobDetail) -> bool:
    return bool(_counted(job.result).get("dry_run"))


def _counts(result: Any) -> tuple[object, ...]:
    counted = _counted(result)
    return tuple(counted.get(name, 0) if counted else None for name in _COUNTS)


def _counted(result: Any) -> Mapping[str, Any]:
    """What is left out is 0."""
    return {"total": 0, **result} if isinstance(result, dict) else {}


def _error(job: JobDetail) -> str:
    return f"{job.error.code}: {job.error.detail}" if job.error else codes_of(_counted(job.result))


def _note_faults(jobs: Sequence[JobDetail]) -> None:
    """Of environments as a whole, or of single workflows, which stay as they were."""
    for job in jobs:
        faults = faults_of(_counted(job.result))
        for fault in faults[:_MOST_FAULTS]:
            screen.note(_told(job, fault))
        if len(faults) > _MOST_FAULTS:
            screen.note(f"and {len(faults) - _MOST_FAULTS} more: --json has them")
    results = [_counted(job.result) for job in jobs]
    if any(result.get("deletion_refused") and not result.get("dry_run") for result in results):
        screen.note("What would be deleted is counted by --override-guard --dry-run.")


def _told(job: JobDetail, fault: Mapping[str, Any]) -> str:
    """`Acme/production, workflow 7 "Dunning": export_missing: …`, in the words of the command line."""
    known, name = fault.get("zuora_id"), fault.get("name")
    workflow = " ".join(("workflow", str(known), *([f'"{name}"'] if name else []))) if known else name
    where = ", ".join(each for each in (_name(job), workflow) if each)
    detail = str(fault.get("detail", "")).replace("`override_guard`", "--override-guard")
    return ": ".join(str(each) for each in (where, fault.get("code"), detail) if each)
