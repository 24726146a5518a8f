"""The ledger's tables as a model: rows, their log, and what its transactions do. Every decision is the production's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import CancelJob, Lane, RunJob, Snapshot, lane_queue
from pressroom_common.topology import LANES
from pressroom_gateway.ledger.capacity import Capacity, Hold, Limits, Load, Taken, Windows
from pressroom_gateway.ledger.dispatch import act, due_at, publish
from pressroom_gateway.ledger.fold import fold, with_start
from pressroom_gateway.ledger.job import Job, LogEntry
from pressroom_gateway.ledger.messages import command, directive
from pressroom_gateway.ledger.parked import waits_for
from pressroom_gateway.ledger.placement import placed
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.transitions import settle
from pressroom_gateway.problems import Problem
from protocol.histories import new_job
from protocol.runs import EPOCH

GATEWAY = "gateway-1"
Leaving = list[RunJob | CancelJob]
Wish = Callable[[Job, datetime], Job]


@dataclass
class LedgerTable:
    policy: Policy
    window: int = 2
    """Jobs that may be out in a lane."""
    held: set[Lane] = field(default_factory=set)
    """Lanes that an operator paused."""
    jobs: dict[UUID, Job] = field(default_factory=dict)
    log: dict[UUID, list[LogEntry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = Limits(smallest_window=self.window, tenant_share=1.0)
        self._windows = Windows(limits, [lane_queue("generator", lane) for lane in LANES])

    def submit(self, job_id: UUID, now: datetime, run_at: datetime | None = None, key: str | None = None) -> Leaving:
        """Out at once where nothing holds it back; a job with a concurrency key is left to the dispatcher."""
        asked = new_job(id=job_id, created_at=now, retry_base_at=now, run_at=run_at, concurrency_key=key)
        waiting = placed(replace(asked, out=False, dispatch=0, published_at=None, publications=0), now)
        free = key is None and not any(self._capacity().obstacles(waiting, now))
        made = publish(waiting, now) if free else waiting
        job, _ = settle(made, made, self.policy, now, now)
        self.jobs[job_id] = job
        self.log[job_id] = [LogEntry(job_id=job_id, version=1, status=job.status, attempt=1, at=now)]
        return [self._command(job, now)] if free else []

    def fold(self, snapshots: Iterable[Snapshot], now: datetime) -> None:
        for snapshot in snapshots:
            for implied in with_start(self.jobs[snapshot.job_id], snapshot):
                before = self.jobs[snapshot.job_id]
                after = fold(before, implied, self.policy, now)
                if after is not before:
                    self._write(before, after, now, implied.time, implied.holder)

    def dispatch(self, now: datetime, *, silent: bool) -> Leaving:
        """What leaves for the jobs that are due: of those that are out, then of those that get a place."""
        leaving: Leaving = []
        for job in self._due("taken", now):
            if job.status != "processing" or silent:
                leaving += self._act(job, now)
        self._wake_keys(now)
        capacity = self._capacity()
        for job in self._due("wanted", now):
            obstacles = {obstacle.code for obstacle in capacity.obstacles(job, now)}
            if not obstacles:
                leaving += self._act(job, now)
                capacity.take(job)
            elif obstacles == {"concurrency_key"}:
                self._write(job, replace(job, behind_key=True), now, now)
        return leaving

    def confirm(self, told: RunJob, now: datetime) -> None:
        job = self.jobs[told.job_id]
        published = (job.attempt, job.dispatch, job.status) == (told.attempt, told.dispatch, "pending")
        if published and not job.confirmed and not job.recall:
            confirmed = replace(job, confirmed=True)
            self.jobs[job.id] = replace(confirmed, due_at=due_at(confirmed, self.policy, now))

    def heard(self, holds: Iterable[tuple[UUID, int]], now: datetime) -> None:
        for job_id, claim in holds:
            job = self.jobs.get(job_id)
            if job is not None and job.claim == claim and job.status == "processing":
                due = now + timedelta(seconds=self.policy.silence)
                self.jobs[job_id] = replace(job, heard_at=now, due_at=due)

    def change(self, job_id: UUID, wish: Wish, now: datetime) -> Leaving:
        """What somebody asks of a job, and what leaves for it. What cannot be changes nothing."""
        before = self.jobs[job_id]
        try:
            after = wish(before, now)
        except Problem:
            return []
        if after == before:
            return []
        job = self._write(before, after, now, now)
        leaving: Leaving = []
        if job.dispatch > before.dispatch:
            leaving.append(self._command(job, now, before.n if before.status == "scheduled" else None))
        if job.asked and (job.cancel_requested, job.recall) != (before.cancel_requested, before.recall):
            leaving.append(directive(job, GATEWAY))
        return leaving

    def parked(self, told: RunJob) -> Leaving:
        """A command that nobody could handle: the job ends through its run, and only by its latest publication."""
        job = self.jobs[told.job_id]
        return [directive(replace(job, cancel_requested="parked"), GATEWAY)] if waits_for(job, told) else []

    def next_due(self, after: datetime | None = None) -> datetime | None:
        """`after`: what was due before it waits for something else, as for a place."""
        due = (job.due_at for job in self.jobs.values() if job.due_at is not None)
        return min((at for at in due if after is None or at > after), default=None)

    def _due(self, place: str, now: datetime) -> list[Job]:
        waiting = [job for job in self.jobs.values() if job.place == place and not job.behind_key]
        return [job for job in waiting if job.due_at is not None and job.due_at <= now]

    def _act(self, before: Job, now: datetime) -> Leaving:
        after, action = act(before, self.policy, now)
        job = self._write(before, after, now, now)
        if action == "publish":
            return [self._command(job, now)]
        return [directive(job, GATEWAY)] if action == "cancel" else []

    def _capacity(self) -> Capacity:
        out = [job for job in self.jobs.values() if job.place == "taken"]
        load = Load(
            taken=tuple(Taken(job.queue, job.tenant_id, 1) for job in out),
            holds=tuple(Hold("lane", lane, "an operator", EPOCH) for lane in self.held),
        )
        capacity = self._windows.capacity(load)
        capacity.busy_keys |= {(job.tenant_id, job.concurrency_key) for job in out if job.concurrency_key is not None}
        return capacity

    def _wake_keys(self, now: datetime) -> None:
        """Of each key that is free, the first job that waits behind it."""
        out = [job for job in self.jobs.values() if job.place == "taken"]
        busy = {job.concurrency_key for job in (*out, *self._due("wanted", now))}
        for job in list(self.jobs.values()):
            if job.behind_key and job.concurrency_key not in busy:
                busy.add(job.concurrency_key)
                self.jobs[job.id] = replace(job, behind_key=False, due_at=job.run_at or job.created_at)

    def _write(self, before: Job, after: Job, now: datetime, at: datetime, worker: str = "") -> Job:
        job, entry = settle(before, after, self.policy, now, at, worker)
        self.jobs[job.id] = job
        if entry is not None:
            self.log[job.id].append(entry)
        return job

    def _command(self, job: Job, now: datetime, force_n: int | None = None) -> RunJob:
        return command(job, Raw(b"{}"), "", GATEWAY, now, force_n)
