"""`pressroom jobs`, `show`, `why`, and what can be done to jobs."""

from collections.abc import Iterable
from typing import Annotated

import typer

from pressroom_client.errors import PressroomError
from pressroom_client.messages import KEEP
from pressroom_client.models import Job, JobDetail, JobStatus, JobSummary

from . import options, screen
from .options import JobId, JobIds
from .session import client


def jobs(
    context: typer.Context,
    *,
    status: options.Statuses = None,
    kind: options.Kind = None,
    lane: options.Lane = None,
    limit: options.Limit = 20,
    as_json: screen.Json = False,
) -> None:
    """List jobs, newest first."""
    found = list(client(context).jobs.list(statuses=status or (), kind=kind, lane=lane, limit=limit))
    if as_json:
        screen.json(found)
    else:
        list_jobs(found)


def list_jobs(found: Iterable[Job]) -> None:
    rows = (
        (job.id, job.status, job.kind, job.priority, job.attempt, job.created_at, job.error.code if job.error else "")
        for job in found
    )
    screen.table(
        ("id", "status", "kind", "priority", "attempt", "created", "error"),
        rows,
        spare=("priority", "attempt", "created", "kind"),
    )


def show(context: typer.Context, job_id: JobId, *, as_json: screen.Json = False) -> None:
    """Show a job with its attempts, timeline and result."""
    job = client(context).jobs.get(job_id)
    if as_json:
        screen.json(job)
    else:
        describe(job)


def describe(job: JobDetail) -> None:
    usage = job.usage
    screen.pairs(
        [
            ("id", job.id),
            ("kind", job.kind),
            ("status", job.status),
            ("priority", job.priority),
            ("attempt", job.attempt),
            ("run at", job.run_at),
            ("paused", f"by {job.paused_by} at {job.paused_at}" if job.paused_by else None),
            ("repeats", job.origin_id),
            ("created", f"{job.created_at:%Y-%m-%d %H:%M:%S%z} by {job.created_by}"),
            ("tokens", f"{usage.total_tokens} in {usage.calls} calls" if usage else None),
            ("error", f"{job.error.code}: {job.error.detail}" if job.error else None),
        ]
    )
    screen.say("")
    rows = ((entry.at, entry.status, entry.attempt, entry.worker) for entry in job.timeline)
    screen.table(("at", "status", "attempt", "worker"), rows)
    if isinstance(job.result, dict) and job.result.get("content"):
        screen.say(f"\n{job.result['content']}")
    elif job.result is not None:
        screen.say("")
        screen.json(job.result)


def why(context: typer.Context, job_id: JobId, *, as_json: screen.Json = False) -> None:
    """Tell what a job waits for."""
    found = client(context).jobs.why(job_id)
    if as_json:
        screen.json(found)
        return
    screen.pairs(
        [("status", found.status), ("position", found.position), ("starts about", found.estimated_start_at)]
        + [(reason.code, reason.detail) for reason in found.reasons]
    )


def cancel(context: typer.Context, job_ids: JobIds, *, as_json: screen.Json = False) -> None:
    """Cancel jobs; one that completed first stays completed."""
    pressroom = client(context)
    _tell((pressroom.jobs.cancel(job_id) for job_id in job_ids), as_json=as_json)


def pause(context: typer.Context, job_ids: JobIds, *, as_json: screen.Json = False) -> None:
    """Let jobs that wait stand still until they are resumed."""
    pressroom = client(context)
    _tell((pressroom.jobs.pause(job_id) for job_id in job_ids), as_json=as_json)


def resume(context: typer.Context, job_ids: JobIds, *, as_json: screen.Json = False) -> None:
    """Let paused jobs go on."""
    pressroom = client(context)
    _tell((pressroom.jobs.resume(job_id) for job_id in job_ids), as_json=as_json)


def retry(
    context: typer.Context,
    job_id: JobId,
    *,
    prompt: Annotated[str | None, typer.Option(help="Another text.")] = None,
    model: Annotated[str | None, typer.Option(help="Another model.")] = None,
    priority: options.Lane = None,
    as_json: screen.Json = False,
) -> None:
    """Try a failed or cancelled job again, or a waiting one now; with another text, model or lane: as a new job."""
    made = client(context).jobs.retry(job_id, prompt=prompt, model=model, priority=priority)
    _tell([JobStatus(id=made.id, status=made.status)], as_json=as_json)


def restart(
    context: typer.Context,
    job_id: JobId,
    *,
    from_step: Annotated[
        str | None, typer.Option(help="section.3, say, and what builds on it; else all steps.")
    ] = None,
    as_json: screen.Json = False,
) -> None:
    """Do a job that is over once more, from a step on; what it has is readable meanwhile."""
    made = client(context).jobs.restart(job_id, from_step=from_step)
    _tell([JobStatus(id=made.id, status=made.status)], as_json=as_json)


def move(
    context: typer.Context,
    job_id: JobId,
    *,
    priority: options.Lane = None,
    at: options.At = None,
    soon: Annotated[bool, typer.Option("--soon", help="As soon as there is a place.")] = False,
    as_json: screen.Json = False,
) -> None:
    """Move a job that waits to another lane or time."""
    if at and soon:
        raise typer.BadParameter("take one of --at and --soon")
    if not (priority or at or soon):
        raise typer.BadParameter("give --priority, --at or --soon")
    run_at = None if soon else at or KEEP
    _tell([client(context).jobs.change(job_id, priority=priority, run_at=run_at)], as_json=as_json)


def wait(
    context: typer.Context,
    job_ids: JobIds,
    *,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds.")] = 1200,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 3,
    as_json: screen.Json = False,
) -> None:
    """Wait until jobs are over; 1 if one of them failed or was cancelled."""
    found = client(context).wait(job_ids, timeout=timeout, interval=interval, on_progress=_Progress())
    _tell(found.jobs, as_json=as_json)
    if found.completed < found.total:
        raise PressroomError(0, "not_completed", f"{found.failed} failed and {found.cancelled} cancelled jobs.")


class _Progress:
    """Tells when something has changed."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, summary: JobSummary) -> None:
        text = f"{summary.over} of {summary.total} over, {summary.processing} processing, {summary.pending} pending"
        if text != self._told:
            screen.note(text)
            self._told = text


def _tell(jobs: Iterable[JobStatus], *, as_json: bool) -> None:
    """As they come: what was done before an error is told, too."""
    done: list[JobStatus] = []
    try:
        for job in jobs:
            done.append(job)
            if not as_json:
                screen.say(f"{job.id} {job.status}")
    finally:
        if as_json:
            screen.json(done)


def add_to(application: typer.Typer) -> None:
    for command in (jobs, show, why, cancel, retry, restart, pause, resume, move, wait):
        application.command()(command)
