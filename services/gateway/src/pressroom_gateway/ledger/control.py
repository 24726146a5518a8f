"""Carries out what people ask of jobs: the row is changed, and what has to leave for it leaves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Raw

from pressroom_common.contracts import Lane, RunJob
from pressroom_gateway.problems import Problem, conflict, not_found

from .capacity import Capacity
from .dispatch import request_cancel
from .job import Job, LogEntry
from .messages import command, directive
from .outbox import Outbox
from .policy import Policy
from .ports import DueWork, Jobs, Places, Watchers
from .records import JobInput
from .transitions import settle, told
from .wishes import check_once, pause, reprioritise, reprioritise_in_line, reschedule, restart, resume, try_again

Wish = Callable[[Job, datetime], Job]


class Change(NamedTuple):
    """A job before and after a wish, and its entry in the log."""

    before: Job
    job: Job
    entry: LogEntry | None

    @property
    def published(self) -> bool:
        return self.job.dispatch > self.before.dispatch

    @property
    def newly_asked(self) -> bool:
        asked = (self.job.cancel_requested, self.job.recall)
        return self.job.asked and asked != (self.before.cancel_requested, self.before.recall)


class JobControl:
    """Every method answers with the job as it stands then. Raises Problem, Unavailable. `wake` is the dispatcher's."""

    def __init__(
        self,
        jobs: Jobs,
        places: Places,
        outbox: Outbox,
        policy: Policy,
        source: str,
        wake: Callable[[], None],
        watchers: Watchers,
    ) -> None:
        self._jobs = jobs
        self._places = places
        self._outbox = outbox
        self._policy = policy
        self._source = source
        self._wake = wake
        self._watchers = watchers

    async def cancel(self, tenant_id: UUID | None, job_id: UUID) -> Job:
        """At once where no command is out; else the worker's service is told, until it answers."""
        return await self._change(tenant_id, job_id, lambda job, now: request_cancel(job, "request", now))

    async def pause(self, tenant_id: UUID | None, job_id: UUID, who: str) -> Job:
        return await self._change(tenant_id, job_id, lambda job, now: pause(job, who, now))

    async def resume(self, tenant_id: UUID | None, job_id: UUID) -> Job:
        return await self._change(tenant_id, job_id, resume)

    async def try_again(self, tenant_id: UUID | None, job_id: UUID) -> Job:
        """A snoozed run is begun by force, unless somebody's pause speaks against it."""

        def wish(job: Job, now: datetime) -> Job:
            if made_of is not None:
                check_once(job, made_of.input)
            tried = try_again(job, now)
            if tried.dispatch > job.dispatch and (pauses := [pause.what for pause in capacity.held(job)]):
                raise conflict(f"It cannot begin now: paused is the {', the '.join(pauses)}. It is tried at its time.")
            return tried

        made_of = None if tenant_id is None else await self._made_of(tenant_id, job_id)
        capacity = await self._places.capacity()
        return await self._change(tenant_id, job_id, wish)

    async def restart(self, tenant_id: UUID, job_id: UUID, from_step: str | None) -> Job:
        made_of = await self._made_of(tenant_id, job_id)
        return await self._change(tenant_id, job_id, lambda job, now: restart(job, made_of.input, from_step, now))

    async def _made_of(self, tenant_id: UUID, job_id: UUID) -> JobInput:
        found = await self._jobs.input_of(tenant_id, job_id)
        if found is None:
            raise not_found("job")
        return found

    async def move(
        self, tenant_id: UUID | None, job_id: UUID, lane: Lane | None, times: tuple[datetime | None, ...]
    ) -> Job:
        """To another lane, to another time, or both. `times`: the new time, or nothing to leave it."""

        def wish(job: Job, now: datetime) -> Job:
            moved = job if lane is None else self._moved(job, lane, capacity, now)
            return reschedule(moved, times[0], now) if times else moved

        capacity = await self._places.capacity()
        return await self._change(tenant_id, job_id, wish)

    def _moved(self, job: Job, lane: Lane, capacity: Capacity, now: datetime) -> Job:
        moved = reprioritise(job, lane, now)
        if moved.out and moved.lane != job.lane and capacity.closed(moved):
            return reprioritise_in_line(job, lane)
        return moved

    async def change_all(self, job_ids: Sequence[UUID], wish: Wish) -> int:
        """Of all tenants, in one transaction; how many were changed. Those that it does not fit stay as they are."""
        async with self._jobs.locked_shown(job_ids) as work:
            fitting = (self._change_if_it_fits(job, wish, work.now) for job in list(work.jobs.values()))
            changes = [change for change in fitting if change is not None]
            commands = await self._write(changes, work)
        await self._send(changes, commands)
        return len(changes)

    async def _change(self, tenant_id: UUID | None, job_id: UUID, wish: Wish) -> Job:
        """`tenant_id` None: whoever asks may reach every tenant's."""
        async with self._jobs.locked_shown([job_id]) as work:
            before = work.jobs.get(job_id)
            if before is None or tenant_id not in {None, before.tenant_id}:
                raise not_found("job")
            asked = wish(before, work.now)
            if asked == before:
                return before
            change = self._settled(before, asked, work.now)
            commands = await self._write([change], work)
        await self._send([change], commands)
        return change.job

    def _change_if_it_fits(self, before: Job, wish: Wish, now: datetime) -> Change | None:
        try:
            asked = wish(before, now)
        except Problem:
            return None
        return None if asked == before else self._settled(before, asked, now)

    def _settled(self, before: Job, asked: Job, now: datetime) -> Change:
        return Change(before, *settle(before, asked, self._policy, now, now))

    async def _write(self, changes: Sequence[Change], work: DueWork) -> Sequence[tuple[RunJob, Lane]]:
        """The commands that have to leave."""
        if not changes:
            return []
        entries = [change.entry for change in changes if change.entry is not None]
        await work.write([change.job for change in changes], entries)
        published = [change for change in changes if change.published]
        inputs = await work.inputs([change.job.id for change in published])
        return [self._command(change, inputs[change.job.id], work) for change in published]

    async def _send(self, changes: Sequence[Change], commands: Sequence[tuple[RunJob, Lane]]) -> None:
        """What has to leave, now that the rows stand."""
        self._outbox.log_soon([told(change.job, change.entry) for change in changes if change.entry is not None])
        self._outbox.publish_soon(commands)
        await self._outbox.cancel([directive(change.job, self._source) for change in changes if change.newly_asked])
        self._watchers.changed([change.job.id for change in changes if change.entry is not None])
        if any(change.job.place == "wanted" or change.job.unsettled for change in changes):
            self._wake()

    def _command(self, change: Change, input_: Raw, work: DueWork) -> tuple[RunJob, Lane]:
        job, due = change.job, work.due[change.job.id]
        force_n = change.before.n if change.before.status == "scheduled" else None
        return command(job, input_, due.request_id, self._source, work.now, force_n), job.lane
