"""Releases what is due: schedules, retries, snoozes, and everything that has not been heard of for too long."""

from pressroom_common.contracts import CancelJob, Lane, RunJob

from .dispatch import act
from .job import Job, LogEntry
from .measures import LedgerMetrics
from .messages import command, directive
from .outbox import Outbox
from .policy import Policy
from .ports import DueWork, Jobs
from .service import Ledger
from .transitions import settle, told


class Dispatcher:
    """Any number of gateways dispatch side by side: what one has locked, the others pass over."""

    def __init__(
        self,
        jobs: Jobs,
        ledger: Ledger,
        outbox: Outbox,
        policy: Policy,
        metrics: LedgerMetrics,
        source: str,
        batch: int,
    ) -> None:
        self._jobs = jobs
        self._ledger = ledger
        self._outbox = outbox
        self._policy = policy
        self._metrics = metrics
        self._source = source
        self._batch = batch

    async def sweep(self) -> None:
        """Everything that is due now, a batch at a time. Nothing while the broker is away: it would be in vain."""
        while self._outbox.ready:
            if await self._release() < self._batch:
                return

    async def _release(self) -> int:
        round_ = _Round(self._policy, self._source)
        async with self._jobs.locked_due(self._batch, silent=self._ledger.up_to_date) as work:
            for job in list(work.jobs.values()):
                round_.take(job, work)
            if round_.jobs:
                await work.write(round_.jobs, round_.entries)
        self._metrics.dispatched.labels("publish").inc(len(round_.commands))
        self._metrics.dispatched.labels("cancel").inc(len(round_.directives))
        await self._outbox.cancel(round_.directives)
        await self._outbox.publish(round_.commands)
        by_id = {job.id: job for job in round_.jobs}
        self._outbox.log_soon([told(by_id[entry.job_id], entry) for entry in round_.entries])
        return len(round_.jobs)


class _Round:
    """One batch on its way through the decisions."""

    def __init__(self, policy: Policy, source: str) -> None:
        self._policy = policy
        self._source = source
        self.jobs: list[Job] = []
        self.entries: list[LogEntry] = []
        self.commands: list[tuple[RunJob, Lane]] = []
        self.directives: list[CancelJob] = []

    def take(self, before: Job, work: DueWork) -> None:
        after, action = act(before, self._policy, work.now)
        job, entry = settle(before, after, self._policy, work.now, work.now)
        self.jobs.append(job)
        if entry is not None:
            self.entries.append(entry)
        if action == "publish":
            due = work.due[job.id]
            self.commands.append((command(job, due.input, due.request_id, self._source, work.now), job.lane))
        elif action == "cancel":
            self.directives.append(directive(job, self._source))
