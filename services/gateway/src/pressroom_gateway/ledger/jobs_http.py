"""`/v1/jobs`: every kind of work, seen the same way."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from pressroom_common.telemetry import span
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.pagination import Listing, listing

from .answers import (
    Accepted,
    JobAnswer,
    JobDetail,
    JobSummary,
    WhyAnswer,
    accepted,
    job_answer,
    job_detail,
    summary,
    why_answer,
)
from .control import JobControl
from .forms import IdempotencyKey, JobChange, JobQuery, Restart, Retry
from .generations import Origin
from .generations_http import Jobs, Reader, Service
from .job import Job
from .records import ListQuery

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Writer = Annotated[Principal, requires("jobs:write")]


async def _control(request: Request) -> JobControl:
    control: JobControl = request.app.state.control
    return control


Control = Annotated[JobControl, Depends(_control)]


@router.get("", summary="List jobs, newest first; or sum up the jobs of `ids`")
async def list_jobs(
    query: Annotated[JobQuery, Query()], principal: Reader, jobs: Jobs
) -> Listing[JobAnswer] | JobSummary:
    if query.ids is not None:
        ids = [UUID(part) for part in query.ids.split(",")]
        return summary(await jobs.statuses(principal.tenant_id, ids))
    found = await jobs.list(
        ListQuery(
            tenant_id=principal.tenant_id,
            before=query.before,
            limit=query.limit + 1,
            statuses=query.status.split(",") if query.status else None,
            kind=query.kind,
            lane=query.lane,
            batch_id=query.batch,
            execution_mode=query.execution_mode,
            created_from=query.created_from,
            created_to=query.created_to,
        )
    )
    return listing([job_answer(job) for job in found], query.limit, lambda item: item.id)


@router.get("/{job_id}", summary="Show a job with its attempts and timeline")
async def show_job(job_id: UUID, principal: Reader, jobs: Jobs) -> JobDetail:
    job = await jobs.get(principal.tenant_id, job_id)
    return job_detail(job, await jobs.timeline(job))


@router.get("/{job_id}/why", summary="Tell what the job waits for")
async def explain_job(job_id: UUID, principal: Reader, jobs: Jobs) -> WhyAnswer:
    return why_answer(await jobs.why(principal.tenant_id, job_id))


@router.post(
    "/{job_id}/cancel",
    response_model=Accepted,
    responses={202: {"model": Accepted, "description": "A worker has it: `cancelling` until the worker answers."}},
    summary="Cancel a job; one that completed first stays completed",
)
async def cancel_job(job_id: UUID, principal: Writer, control: Control) -> Response:
    job = await control.cancel(principal.tenant_id, job_id)
    return Response(accepted(job.id, job.status, job.kind), 200 if job.over else 202, media_type="application/json")


_RECALLED: dict[int | str, dict[str, Any]] = {
    202: {"model": Accepted, "description": "Its command is being recalled; a worker that was faster keeps the job."},
    409: {"description": "`already_running`, or over."},
}


@router.post("/{job_id}/pause", response_model=Accepted, responses=_RECALLED, summary="Pause a job that waits")
async def pause_job(job_id: UUID, principal: Writer, control: Control) -> Response:
    return _changed(await control.pause(principal.tenant_id, job_id, principal.created_by))


@router.post("/{job_id}/resume", response_model=Accepted, responses=_RECALLED, summary="Resume a paused job")
async def resume_job(job_id: UUID, principal: Writer, control: Control) -> Response:
    return _changed(await control.resume(principal.tenant_id, job_id))


@router.patch("/{job_id}", response_model=Accepted, responses=_RECALLED, summary="Change a waiting job's lane or time")
async def change_job(job_id: UUID, wish: JobChange, principal: Writer, control: Control) -> Response:
    times = (wish.run_at,) if "run_at" in wish.model_fields_set else ()
    return _changed(await control.move(principal.tenant_id, job_id, wish.priority, times))


@router.post(
    "/{job_id}/retry",
    status_code=202,
    response_model=Accepted,
    summary="Try a failed or cancelled job again, or a waiting one now; with edits: as a new job",
)
async def retry_job(
    request: Request,
    job_id: UUID,
    principal: Writer,
    control: Control,
    generations: Service,
    wish: Retry | None = None,
    idempotency_key: Annotated[IdempotencyKey | None, Header(description="For a new job, as in generations.")] = None,
) -> Response:
    if wish is None or not wish.model_fields_set:
        job = await control.try_again(principal.tenant_id, job_id)
        return Response(accepted(job.id, job.status, job.kind), 202, media_type="application/json")
    with span("jobs.retry", request.headers.get("traceparent")) as traceparent:
        origin = Origin(principal, request.state.request_id, traceparent, idempotency_key)
        made = await generations.repeat(job_id, wish, origin)
    headers = {"Location": f"/v1/jobs/{made.id}"}
    return Response(accepted(made.id, made.status), 202, headers=headers, media_type="application/json")


@router.post(
    "/{job_id}/restart",
    status_code=202,
    response_model=Accepted,
    summary="Do a job that is over once more, from a step on: what that does not build on is not paid again",
)
async def restart_job(job_id: UUID, principal: Writer, control: Control, wish: Restart | None = None) -> Response:
    job = await control.restart(principal.tenant_id, job_id, wish.from_step if wish else None)
    return Response(accepted(job.id, job.status, job.kind), 202, media_type="application/json")


def _changed(job: Job) -> Response:
    return Response(accepted(job.id, job.status, job.kind), 202 if job.asked else 200, media_type="application/json")
