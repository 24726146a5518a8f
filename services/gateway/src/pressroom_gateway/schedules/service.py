"""Decides what becomes of wishes about schedules."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from msgspec.structs import replace

from pressroom_common.contracts import ZUORA_SYNC
from pressroom_common.ids import uuid7
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import MadeJob
from pressroom_gateway.problems import FieldError, conflict, invalid, not_found
from pressroom_gateway.zuora.ports import Known

from .forms import ScheduleEdit, ScheduleQuery, WishedSchedule
from .jobs import job_by_hand
from .ports import Jobs, Schedules
from .records import NewSchedule, Plan, Schedule, Slot
from .timing import NeverComes, check, next_slot

_TRIES = 5
"""Of a change beside others, each of which took a moment."""
logger = structlog.get_logger()


class ScheduleService:
    """Every method raises Problem (404 for a schedule of another tenant) and Unavailable."""

    def __init__(self, schedules: Schedules, known: Known, ledger: Jobs) -> None:
        self._schedules = schedules
        self._known = known
        self._ledger = ledger

    async def now(self) -> datetime:
        """The database's clock."""
        return await self._schedules.now()

    async def add(self, principal: Principal, wish: WishedSchedule) -> Schedule:
        schedule_id = uuid7()
        plan = Plan(cron=wish.cron, timezone=wish.timezone, jitter=wish.jitter_seconds)
        slot = _first_slot(plan, schedule_id, await self.now())
        await self._known.environment(principal, wish.environment_id)
        return await self._schedules.add(
            NewSchedule(
                id=schedule_id,
                tenant_id=principal.tenant_id,
                kind=ZUORA_SYNC,
                environment_id=wish.environment_id,
                cron=plan.cron,
                timezone=plan.timezone,
                jitter=plan.jitter,
                full=wish.full,
                slot=slot.at,
                next_at=slot.due,
                created_by=principal.created_by,
            )
        )

    async def get(self, tenant_id: UUID, schedule_id: UUID) -> Schedule:
        return _found(await self._schedules.get(tenant_id, schedule_id))

    async def list(self, principal: Principal, query: ScheduleQuery) -> Sequence[Schedule]:
        """One more than the query's limit where there is a next page. None of an environment that there is not: 404."""
        tenant_id, environment_id = principal.tenant_id, query.environment_id
        found = await self._schedules.list(tenant_id, environment_id, query.before, query.limit + 1)
        if not found and environment_id is not None:
            await self._known.environment(principal, environment_id)
        return found

    async def change(self, tenant_id: UUID, schedule_id: UUID, edit: ScheduleEdit) -> Schedule:
        """A plan that stays as it was keeps its slot, which may be due."""
        given = edit.model_dump(exclude_none=True)
        if "jitter_seconds" in given:
            given["jitter"] = given.pop("jitter_seconds")

        async def changed(seen: Schedule) -> Schedule | None:
            after = replace(seen, **given)
            slot = Slot(at=seen.slot, due=seen.next_at)
            if after.plan != seen.plan:
                slot = _first_slot(after.plan, schedule_id, await self.now())
            return await self._schedules.change(seen, after, slot)

        return await self._written(tenant_id, schedule_id, changed)

    async def pause(self, principal: Principal, schedule_id: UUID) -> Schedule:
        return _found(await self._schedules.pause(principal.tenant_id, schedule_id, principal.created_by))

    async def resume(self, tenant_id: UUID, schedule_id: UUID) -> Schedule:
        """What it missed meanwhile stays missed."""

        async def resumed(seen: Schedule) -> Schedule | None:
            return await self._schedules.resume(seen, _first_slot(seen.plan, schedule_id, await self.now()))

        return await self._written(tenant_id, schedule_id, resumed)

    async def trigger(self, schedule_id: UUID, origin: Origin) -> MadeJob:
        """Its job now, also where it is paused; the next slot stays."""
        tenant_id, key = origin.principal.tenant_id, origin.idempotency_key
        schedule = await self.get(tenant_id, schedule_id)
        fingerprint = hashlib.sha256(f"trigger{schedule_id}".encode()).hexdigest() if key else None
        made = await self._ledger.made_before(tenant_id, key, fingerprint) if key and fingerprint else None
        if made is None:
            made = await self._ledger.submit(job_by_hand(schedule, origin, fingerprint))
        await self._schedules.triggered(tenant_id, schedule_id, made.id)
        return made

    async def delete(self, tenant_id: UUID, schedule_id: UUID) -> None:
        if not await self._schedules.delete(tenant_id, schedule_id):
            raise not_found("schedule")

    async def forget(self, tenant_id: UUID, environment_ids: Collection[UUID]) -> None:
        """The environments are gone."""
        if environment_ids:
            await self._schedules.forget(tenant_id, environment_ids)

    async def forget_gone(self, principal: Principal) -> None:
        """Of environments that zuora-sync does not know: what a deletion left that was cut off here."""
        before = await self.now()  # one that is made from now on may be of an environment that is not listed yet
        left = [each.id for each in await self._known.environments(principal)]
        gone = await self._schedules.forget_gone(principal.tenant_id, left, before)
        if gone:
            logger.info("schedules of deleted environments were deleted", count=gone, tenant=str(principal.tenant_id))

    async def _written(
        self, tenant_id: UUID, schedule_id: UUID, write: Callable[[Schedule], Awaitable[Schedule | None]]
    ) -> Schedule:
        """What is made of the schedule as it was seen, and seen anew where it was not that any more."""
        for _ in range(_TRIES):
            written = await write(await self.get(tenant_id, schedule_id))
            if written is not None:
                return written
        raise conflict("Others change the schedule at the same time. Look at it, and send the change again.")


def _first_slot(plan: Plan, schedule_id: UUID, now: datetime) -> Slot:
    try:
        check(plan, now)
        return next_slot(plan, schedule_id, now)
    except NeverComes as error:
        raise invalid(FieldError(error.field, error.reason)) from error


def _found(schedule: Schedule | None) -> Schedule:
    if schedule is None:
        raise not_found("schedule")
    return schedule
