"""`/v1/jobs`: every kind of work, seen the same way."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.pagination import Listing, listing

from .answers import Accepted, JobAnswer, JobDetail, JobSummary, accepted, job_answer, job_detail, summary
from .forms import JobQuery
from .generations_http import Jobs, Reader
from .records import ListQuery
from .service import Ledger

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Writer = Annotated[Principal, requires("jobs:write")]


async def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


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


@router.post(
    "/{job_id}/cancel",
    response_model=Accepted,
    responses={202: {"model": Accepted, "description": "A worker has it: `cancelling` until the worker answers."}},
    summary="Cancel a job; one that completed first stays completed",
)
async def cancel_job(job_id: UUID, principal: Writer, ledger: Annotated[Ledger, Depends(_ledger)]) -> Response:
    job = await ledger.cancel(principal.tenant_id, job_id)
    return Response(accepted(job.id, job.status), 200 if job.over else 202, media_type="application/json")
