"""`/v1/zuora/schedules`: syncs that come again."""

from collections.abc import AsyncIterator
from uuid import UUID

from pressroom_client.messages import Call, given, idempotency, path
from pressroom_client.retries import Safety
from pressroom_client.zuora_models import AcceptedSync, Schedule

from .session import AsyncSession


class AsyncZuoraSchedules:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(
        self,
        environment_id: UUID | str,
        cron: str,
        *,
        timezone: str | None = None,
        jitter_seconds: int | None = None,
        full: bool | None = None,
    ) -> Schedule:
        """`cron`: five fields, in the time zone (UTC); each job comes up to `jitter_seconds` (60) later."""
        body = given(
            environment_id=environment_id, cron=cron, timezone=timezone, jitter_seconds=jitter_seconds, full=full
        )
        call = Call("POST", path("zuora", "schedules"), body=body, safety=Safety.ONCE)
        return await self._session.ask(Schedule, call)

    async def get(self, schedule_id: UUID | str) -> Schedule:
        return await self._session.ask(Schedule, Call("GET", path("zuora", "schedules", schedule_id)))

    async def change(
        self,
        schedule_id: UUID | str,
        *,
        cron: str | None = None,
        timezone: str | None = None,
        jitter_seconds: int | None = None,
        full: bool | None = None,
    ) -> Schedule:
        """Only what is given changes."""
        body = given(cron=cron, timezone=timezone, jitter_seconds=jitter_seconds, full=full)
        return await self._session.ask(Schedule, Call("PATCH", path("zuora", "schedules", schedule_id), body=body))

    async def pause(self, schedule_id: UUID | str) -> Schedule:
        """It makes no jobs until it is resumed."""
        return await self._session.ask(Schedule, Call("POST", path("zuora", "schedules", schedule_id, "pause")))

    async def resume(self, schedule_id: UUID | str) -> Schedule:
        """What it missed stays missed."""
        return await self._session.ask(Schedule, Call("POST", path("zuora", "schedules", schedule_id, "resume")))

    async def trigger(self, schedule_id: UUID | str, *, idempotency_key: str | None = None) -> AcceptedSync:
        """Its job now, also where it is paused."""
        call = Call("POST", path("zuora", "schedules", schedule_id, "trigger"), headers=idempotency(idempotency_key))
        return await self._session.ask(AcceptedSync, call)

    async def delete(self, schedule_id: UUID | str) -> None:
        await self._session.send(Call("DELETE", path("zuora", "schedules", schedule_id), safety=Safety.ONCE))

    def list(self, *, environment_id: UUID | str | None = None, limit: int | None = None) -> AsyncIterator[Schedule]:
        """Newest first."""
        return self._session.pages(Schedule, path("zuora", "schedules"), {"environment_id": environment_id}, limit)
