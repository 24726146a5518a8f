"""Carries out what people ask of jobs: the row is changed, and what has to leave for it leaves."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pressroom_common.contracts import Lane
from pressroom_gateway.problems import not_found

from .dispatch import request_cancel
from .job import Job
from .messages import command, directive
from .outbox import Outbox
from .policy import Policy
from .ports import DueWork, Jobs
from .transitions import settle, told
from .wishes import pause, reprioritise, reschedule, resume, try_again

Wish = Callable[[Job, datetime], Job]


class JobControl:
    """Every method answers with the job as it stands then. Raises Problem, Unavailable. `wake` is the dispatcher's."""

    def __init__(self, jobs: Jobs, outbox: Outbox, policy: Policy, source: str, wake: Callable[[], None]) -> None:
        self._jobs = jobs
        self._outbox = outbox
        self._policy = policy
        self._source = source
        self._wake = wake

    async def cancel(self, tenant_id: UUID | None, job_id: UUID) -> Job:
        """At once where no command is out; else the worker's service is told, until it answers."""
        return await self._change(tenant_id, job_id, lambda job, now: request_cancel(job, "request", now))

    async def pause(self, tenant_id: UUID | None, job_id: UUID, who: str) -> Job:
        return await self._change(tenant_id, job_id, lambda job, now: pause(job, who, now))

    async def resume(self, tenant_id: UUID | None, job_id: UUID) -> Job:
        return await self._change(tenant_id, job_id, resume)

    async def try_again(self, tenant_id: UUID | None, job_id: UUID) -> Job:
        return await self._change(tenant_id, job_id, try_again)

    async def move(
        self, tenant_id: UUID | None, job_id: UUID, lane: Lane | None, times: tuple[datetime | None, ...]
    ) -> Job:
        """To another lane, to another time, or both. `times`: the new time, or nothing to leave it."""

        def wish(job: Job, now: datetime) -> Job:
            moved = reprioritise(job, lane, now) if lane is not None else job
            return reschedule(moved, times[0], now) if times else moved

        return await self._change(tenant_id, job_id, wish)

    async def _change(self, tenant_id: UUID | None, job_id: UUID, wish: Wish) -> Job:
        """`tenant_id` None: whoever asks may reach every tenant's."""
        async with self._jobs.locked_whole([job_id]) as work:
            before = work.jobs.get(job_id)
            if before is None or tenant_id not in {None, before.tenant_id}:
                raise not_found("job")
            asked = wish(before, work.now)
            if asked == before:
                return before
            job, entry = settle(before, asked, self._policy, work.now, work.now)
            await work.write([job], [entry] if entry else [])
        if entry is not None:
            self._outbox.log_soon([told(job, entry)])
        await self._send(before, job, work)
        return job

    async def _send(self, before: Job, job: Job, work: DueWork) -> None:
        if job.dispatch > before.dispatch:
            due = work.due[job.id]
            force_n = before.n if before.status == "scheduled" else None
            message = command(job, due.input, due.request_id, self._source, work.now, force_n)
            self._outbox.publish_soon([(message, job.lane)])
        if job.asked and (job.cancel_requested, job.recall) != (before.cancel_requested, before.recall):
            await self._outbox.cancel([directive(job, self._source)])
        if job.place == "wanted":
            self._wake()
