"""`/v1/admin/jobs`, `/v1/admin/lanes` and what is paused: jobs of all tenants, for super-admins."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from pressroom_gateway.accounts.admin_http import SuperAdmin
from pressroom_gateway.accounts.http import Service as Accounts
from pressroom_gateway.accounts.service import AccountService
from pressroom_gateway.audit.route import admin_router, audited
from pressroom_gateway.pagination import Listing, listing

from .admin_answers import AdminJob, AdminJobDetail, BulkDone, HoldAnswer, LaneAnswer, admin_job, admin_job_detail
from .admin_forms import AdminJobQuery, Bulk, FlushFailed, LimitedJobFilter, NoEdits
from .answers import WhyAnswer, why_answer
from .bulk import Action, BulkControl, Done
from .capacity import Scope
from .generations_http import Jobs
from .holding import Holding
from .jobs_http import Control
from .records import JobFilter

router = admin_router()


async def _bulk(request: Request) -> BulkControl:
    bulk: BulkControl = request.app.state.bulk
    return bulk


async def _holding(request: Request) -> Holding:
    holding: Holding = request.app.state.holding
    return holding


Paused = Literal["lanes", "kinds", "tenants"]
_SCOPES: dict[Paused, Scope] = {"lanes": "lane", "kinds": "kind", "tenants": "tenant"}
HoldName = Annotated[
    str,
    Path(
        description="A lane, a kind, or a tenant's slug or id.",
        max_length=63,
        pattern="^[a-z0-9.-]+$",
        examples=["low", "generation.prompt", "acme"],
    ),
]
BulkJobs = Annotated[BulkControl, Depends(_bulk)]
Held = Annotated[Holding, Depends(_holding)]


@router.get("/jobs", summary="List jobs of all tenants, newest first")
async def list_all_jobs(
    query: Annotated[AdminJobQuery, Query()], _principal: SuperAdmin, jobs: Jobs, accounts: Accounts
) -> Listing[AdminJob]:
    tenant = await accounts.tenant(query.tenant) if query.tenant else None
    wanted = JobFilter(
        tenant_id=tenant.id if tenant else None,
        statuses=query.status.split(",") if query.status else None,
        kind=query.kind,
        lane=query.lane,
        ids=[UUID(part) for part in query.ids.split(",")] if query.ids else None,
        execution_mode=query.execution_mode,
        error_code=query.error_code,
        created_from=query.created_from,
        created_to=query.created_to,
    )
    found = await jobs.of_all_tenants(wanted, query.before, query.limit + 1)
    return listing([admin_job(job) for job in found], query.limit, lambda item: item.id)


@router.get("/jobs/{job_id}", summary="Show a job of any tenant with its attempts and timeline")
async def show_any_job(job_id: UUID, _principal: SuperAdmin, jobs: Jobs) -> AdminJobDetail:
    job = await jobs.of_any_tenant(job_id)
    return admin_job_detail(job, await jobs.timeline(job))


@router.get("/jobs/{job_id}/why", summary="Tell what a job of any tenant waits for")
async def explain_any_job(job_id: UUID, _principal: SuperAdmin, jobs: Jobs) -> WhyAnswer:
    return why_answer(await jobs.why(None, job_id))


@router.post("/jobs/retry", summary="Try failed and cancelled jobs again, by filter")
async def retry_jobs(
    wish: Bulk, _principal: SuperAdmin, bulk: BulkJobs, accounts: Accounts, request: Request
) -> BulkDone:
    return await _by_filter("retry", wish, bulk, accounts, request)


@router.post("/jobs/cancel", summary="Cancel jobs that are not over, by filter")
async def cancel_jobs(
    wish: Bulk, _principal: SuperAdmin, bulk: BulkJobs, accounts: Accounts, request: Request
) -> BulkDone:
    return await _by_filter("cancel", wish, bulk, accounts, request)


@router.post("/jobs/delete", summary="Delete jobs that are over, by filter")
async def delete_jobs(
    wish: Bulk, _principal: SuperAdmin, bulk: BulkJobs, accounts: Accounts, request: Request
) -> BulkDone:
    return await _by_filter("delete", wish, bulk, accounts, request)


@router.post("/jobs/flush-failed", summary="Delete all failed jobs")
async def flush_failed(wish: FlushFailed, _principal: SuperAdmin, bulk: BulkJobs, request: Request) -> BulkDone:
    return await _carry_out("delete", JobFilter(statuses=["failed"]), bulk, request, preview=wish.preview)


@router.delete("/jobs/{job_id}", status_code=204, summary="Delete a job that is over")
async def delete_job(job_id: UUID, _principal: SuperAdmin, jobs: Jobs, bulk: BulkJobs) -> None:
    await jobs.of_any_tenant(job_id)
    await bulk.delete(job_id)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job of any tenant")
async def cancel_any_job(job_id: UUID, _principal: SuperAdmin, jobs: Jobs, control: Control) -> AdminJob:
    await control.cancel(None, job_id)
    return admin_job(await jobs.of_any_tenant(job_id))


@router.post("/jobs/{job_id}/retry", summary="Try a job of any tenant again")
async def retry_any_job(
    job_id: UUID, _principal: SuperAdmin, jobs: Jobs, control: Control, _wish: NoEdits | None = None
) -> AdminJob:
    await control.try_again(None, job_id)
    return admin_job(await jobs.of_any_tenant(job_id))


@router.get("/lanes", summary="Show every lane's window, what is out and what waits")
async def lanes(_principal: SuperAdmin, holding: Held) -> list[LaneAnswer]:
    return [LaneAnswer.model_validate(lane) for lane in await holding.lanes()]


@router.get("/pauses", summary="Show what is paused, by whom and since when")
async def pauses(_principal: SuperAdmin, holding: Held) -> list[HoldAnswer]:
    return [HoldAnswer.model_validate(hold) for hold in await holding.holds()]


@router.post("/{what}/{name}/pause", summary="Pause all jobs of a lane, a kind or a tenant that are not out yet")
async def pause(
    what: Paused, name: HoldName, principal: SuperAdmin, holding: Held, accounts: Accounts
) -> list[HoldAnswer]:
    await holding.pause(_SCOPES[what], await _name(what, name, accounts), principal.created_by)
    return await pauses(principal, holding)


@router.post("/{what}/{name}/resume", summary="Let them go on")
async def resume(
    what: Paused, name: HoldName, principal: SuperAdmin, holding: Held, accounts: Accounts
) -> list[HoldAnswer]:
    await holding.resume(_SCOPES[what], await _name(what, name, accounts))
    return await pauses(principal, holding)


async def _name(what: Paused, name: str, accounts: AccountService) -> str:
    """As holds have it: a tenant by its id."""
    return str((await accounts.tenant(name)).id) if what == "tenants" else name


async def _by_filter(
    action: Action, wish: Bulk, bulk: BulkControl, accounts: AccountService, request: Request
) -> BulkDone:
    audited(request, filter=wish.filter.model_dump_json(exclude_none=True, exclude={"ids"}))
    if wish.filter.ids:
        audited(request, ids=map(str, wish.filter.ids))
    wanted = await _filter(wish.filter, accounts)
    return await _carry_out(action, wanted, bulk, request, preview=wish.preview)


async def _carry_out(
    action: Action, wanted: JobFilter, bulk: BulkControl, request: Request, *, preview: bool
) -> BulkDone:
    done: Done = await bulk.preview(action, wanted) if preview else await bulk.carry_out(action, wanted)
    audited(request, preview=preview, matched=done.matched, done=done.done)
    return BulkDone(matched=done.matched, done=done.done, preview=preview)


async def _filter(wanted: LimitedJobFilter, accounts: AccountService) -> JobFilter:
    tenant = await accounts.tenant(wanted.tenant) if wanted.tenant else None
    return JobFilter(
        tenant_id=tenant.id if tenant else None,
        ids=wanted.ids,
        statuses=list(wanted.statuses) if wanted.statuses else None,
        kind=wanted.kind,
        lane=wanted.lane,
        error_code=wanted.error_code,
        created_from=wanted.created_from,
        created_to=wanted.created_to,
    )
