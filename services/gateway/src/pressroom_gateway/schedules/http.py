"""`/v1/zuora/schedules`: syncs that come again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from pressroom_gateway.audit.route import AuditedRoute, audited
from pressroom_gateway.pagination import Listing, listing
from pressroom_gateway.zuora.answers import AcceptedSync, accepted_job
from pressroom_gateway.zuora.asking import NO_QUERY, Keeper, OnceKey, Reader, asked

from .answers import ScheduleAnswer, schedule_answer
from .forms import ScheduleEdit, ScheduleQuery, WishedSchedule
from .records import Schedule
from .service import ScheduleService

router = APIRouter(prefix="/v1/zuora/schedules", tags=["zuora"], route_class=AuditedRoute)


async def _service(request: Request) -> ScheduleService:
    service: ScheduleService = request.app.state.schedules
    return service


Schedules = Annotated[ScheduleService, Depends(_service)]


@router.get("", summary="List schedules, newest first, with their next runs")
async def list_schedules(
    query: Annotated[ScheduleQuery, Query()], principal: Reader, schedules: Schedules
) -> Listing[ScheduleAnswer]:
    found, now = await schedules.list(principal, query), await schedules.now()
    return listing([schedule_answer(each, now) for each in found], query.limit, lambda item: item.id)


@router.post("", status_code=201, summary="Sync an environment again and again, by cron")
async def add_schedule(
    request: Request, wish: WishedSchedule, principal: Keeper, schedules: Schedules
) -> ScheduleAnswer:
    audited(request, environment_id=wish.environment_id, cron=wish.cron, timezone=wish.timezone)
    made = await schedules.add(principal, wish)
    audited(request, id=made.id)
    return await _shown(made, schedules)


@router.get("/{schedule_id}", summary="Show a schedule with its next runs", dependencies=[NO_QUERY])
async def show_schedule(schedule_id: UUID, principal: Reader, schedules: Schedules) -> ScheduleAnswer:
    return await _shown(await schedules.get(principal.tenant_id, schedule_id), schedules)


@router.patch("/{schedule_id}", summary="Change when it comes")
async def change_schedule(
    request: Request, schedule_id: UUID, wish: ScheduleEdit, principal: Keeper, schedules: Schedules
) -> ScheduleAnswer:
    audited(request, **wish.model_dump(exclude_none=True))
    return await _shown(await schedules.change(principal.tenant_id, schedule_id, wish), schedules)


@router.delete("/{schedule_id}", status_code=204, summary="Delete a schedule; jobs that it made go on")
async def delete_schedule(schedule_id: UUID, principal: Keeper, schedules: Schedules) -> None:
    await schedules.delete(principal.tenant_id, schedule_id)


@router.post("/{schedule_id}/pause", summary="Let it make no jobs until it is resumed")
async def pause_schedule(schedule_id: UUID, principal: Keeper, schedules: Schedules) -> ScheduleAnswer:
    return await _shown(await schedules.pause(principal, schedule_id), schedules)


@router.post("/{schedule_id}/resume", summary="Let it go on from its next time; what it missed stays missed")
async def resume_schedule(schedule_id: UUID, principal: Keeper, schedules: Schedules) -> ScheduleAnswer:
    return await _shown(await schedules.resume(principal.tenant_id, schedule_id), schedules)


@router.post("/{schedule_id}/trigger", status_code=202, summary="Make its job now, whenever the next one comes")
async def trigger_schedule(
    request: Request,
    response: Response,
    schedule_id: UUID,
    principal: Keeper,
    schedules: Schedules,
    idempotency_key: OnceKey = None,
) -> AcceptedSync:
    with asked(request, principal, "zuora.schedules.trigger", idempotency_key) as origin:
        made = await schedules.trigger(schedule_id, origin)
    audited(request, job_id=made.id)
    accepted = accepted_job(made.id, made.status)
    response.headers["Location"] = accepted.links.self
    return accepted


async def _shown(schedule: Schedule, schedules: ScheduleService) -> ScheduleAnswer:
    return schedule_answer(schedule, await schedules.now())
