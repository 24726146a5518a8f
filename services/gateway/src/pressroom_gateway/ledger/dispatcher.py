"""Gives places to jobs that wait, and looks after those that are out and were not heard of for too long."""

from msgspec.structs import replace

from pressroom_common.contracts import CancelJob, Lane, RunJob, Transition

from .budget import Budget
from .dispatch import act
from .job import Job, LogEntry
from .measures import LedgerMetrics
from .messages import command, directive
from .outbox import Outbox
from .policy import Policy
from .ports import DueWork, Jobs, Places, Round
from .service import Ledger
from .transitions import settle, told
from .wishes import recall


class Dispatcher:
    """Any number of gateways dispatch side by side: places are given away under a lock of all of them."""

    def __init__(
        self,
        jobs: Jobs,
        places: Places,
        ledger: Ledger,
        outbox: Outbox,
        policy: Policy,
        metrics: LedgerMetrics,
        source: str,
        batch: int,
    ) -> None:
        self._jobs = jobs
        self._places = places
        self._ledger = ledger
        self._outbox = outbox
        self._policy = policy
        self._metrics = metrics
        self._source = source
        self._batch = batch

    async def sweep(self) -> None:
        """Everything that is due now, a batch at a time. Nothing while the broker is away: it would be in vain."""
        more = True
        while more and self._outbox.ready:  # in turns: a long backlog does not put off what was lost
            more = await self._heal()
            more = await self._release() or more
        self._ledger.backlog = await self._places.any_waiting()

    async def _release(self) -> bool:
        """What wants a place, as far as there is room; whether there may be more."""
        decided = _Decided(self._policy, self._source)
        async with self._places.round(self._batch) as work:
            for job in list(work.jobs.values()):
                decided.release(job, work)
            await self._write(decided, work)
        self._metrics.places(work.capacity)
        await self._send(decided)
        return len(decided.jobs) == self._batch or decided.put_behind > 0 or decided.full

    async def _heal(self) -> bool:
        """What is out and was not heard of; whether there may be more."""
        decided = _Decided(self._policy, self._source)
        async with self._jobs.locked_due(self._batch, silent=self._ledger.up_to_date) as work:
            for job in list(work.jobs.values()):
                decided.act(job, work)
            await self._write(decided, work)
        await self._send(decided)
        return len(decided.jobs) == self._batch or decided.full

    async def _write(self, decided: "_Decided", work: DueWork) -> None:
        if decided.jobs:
            await work.write(decided.jobs, decided.entries)
            await decided.read(work)

    async def _send(self, decided: "_Decided") -> None:
        self._metrics.dispatched.labels("publish").inc(len(decided.commands))
        self._metrics.dispatched.labels("cancel").inc(len(decided.directives))
        self._outbox.log_soon(decided.told)
        await self._outbox.cancel(decided.directives)
        await self._outbox.publish(decided.commands)


class _Decided:
    """What becomes of a batch, and what leaves once that stands."""

    def __init__(self, policy: Policy, source: str) -> None:
        self._policy = policy
        self._source = source
        self.jobs: list[Job] = []
        self.entries: list[LogEntry] = []
        self.told: list[Transition] = []
        self.published: list[Job] = []
        self.commands: list[tuple[RunJob, Lane]] = []
        self.directives: list[CancelJob] = []
        self.put_behind = 0
        """Jobs that made room for the next ones, because their concurrency key is busy."""
        self.full = False
        """Some jobs are left for the next batch: their inputs would be too much for this one."""
        self._budget = Budget()

    def release(self, job: Job, work: Round) -> None:
        obstacles = {obstacle.code for obstacle in work.capacity.obstacles(job, work.now)}
        if not obstacles:
            if self.act(job, work):
                work.capacity.take(job)
        elif obstacles == {"concurrency_key"}:
            self._settle(job, replace(job, behind_key=True), work)
            self.put_behind += 1

    def act(self, before: Job, work: DueWork) -> bool:
        """What a pause meets when its snooze is over is asked back: its place is for others. False: no room."""
        wanted = recall(before) if work.due[before.id].held else before
        after, action = act(wanted, self._policy, work.now)
        if action == "publish" and not self._budget.takes(work.due[before.id].size):
            self.full = True
            return False
        job = self._settle(before, after, work)
        if action == "publish":
            self.published.append(job)
        elif action == "cancel":
            self.directives.append(directive(job, self._source))
        return True

    async def read(self, work: DueWork) -> None:
        """What is published goes out whole."""
        inputs = await work.inputs([job.id for job in self.published])
        for job in self.published:
            order = command(job, inputs[job.id], work.due[job.id].request_id, self._source, work.now)
            self.commands.append((order, job.lane))

    def _settle(self, before: Job, after: Job, work: DueWork) -> Job:
        job, entry = settle(before, after, self._policy, work.now, work.now)
        self.jobs.append(job)
        if entry is not None:
            self.entries.append(entry)
            self.told.append(told(job, entry))
        return job
