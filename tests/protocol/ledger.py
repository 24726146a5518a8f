"""The ledger's tables as a model: rows, their log, and what its transactions do. Every decision is the production's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import CancelJob, RunJob, Snapshot
from pressroom_gateway.ledger.dispatch import act, due_at, request_cancel
from pressroom_gateway.ledger.fold import fold
from pressroom_gateway.ledger.job import Job, LogEntry
from pressroom_gateway.ledger.messages import command, directive
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.transitions import settle
from protocol.histories import new_job

GATEWAY = "gateway-1"


@dataclass
class LedgerTable:
    policy: Policy
    jobs: dict[UUID, Job] = field(default_factory=dict)
    log: dict[UUID, list[LogEntry]] = field(default_factory=dict)

    def submit(self, job_id: UUID, now: datetime) -> RunJob:
        job = new_job(id=job_id, created_at=now, retry_base_at=now, published_at=now)
        self.jobs[job_id] = replace(job, due_at=due_at(job, self.policy, now))
        self.log[job_id] = [LogEntry(job_id=job_id, version=1, status="pending", attempt=1, at=now)]
        return self._command(job, now)

    def fold(self, snapshots: Iterable[Snapshot], now: datetime) -> None:
        for snapshot in snapshots:
            before = self.jobs[snapshot.job_id]
            after = fold(before, snapshot, self.policy, now)
            if after is not before:
                self._write(before, after, now, snapshot.time, snapshot.holder)

    def dispatch(self, now: datetime, *, silent: bool) -> list[RunJob | CancelJob]:
        """What leaves for the jobs that are due."""
        leaving: list[RunJob | CancelJob] = []
        for before in list(self.jobs.values()):
            if before.due_at is None or before.due_at > now or (before.status == "processing" and not silent):
                continue
            after, action = act(before, self.policy, now)
            job = self._write(before, after, now, now)
            if action == "publish":
                leaving.append(self._command(job, now))
            elif action == "cancel":
                leaving.append(directive(job, GATEWAY))
        return leaving

    def confirm(self, told: RunJob, now: datetime) -> None:
        job = self.jobs[told.job_id]
        if (job.attempt, job.dispatch, job.status) == (told.attempt, told.dispatch, "pending") and not job.confirmed:
            confirmed = replace(job, confirmed=True)
            self.jobs[job.id] = replace(confirmed, due_at=due_at(confirmed, self.policy, now))

    def heard(self, holds: Iterable[tuple[UUID, int]], now: datetime) -> None:
        for job_id, claim in holds:
            job = self.jobs.get(job_id)
            if job is not None and job.claim == claim and job.status == "processing":
                due = now + timedelta(seconds=self.policy.silence)
                self.jobs[job_id] = replace(job, heard_at=now, due_at=due)

    def cancel(self, job_id: UUID, now: datetime) -> CancelJob | None:
        """The directive, where the run has to decide."""
        before = self.jobs[job_id]
        after = request_cancel(before, "request", now)
        if after is before:
            return None
        job = self._write(before, after, now, now)
        return None if job.over else directive(job, GATEWAY)

    def next_due(self) -> datetime | None:
        return min((job.due_at for job in self.jobs.values() if job.due_at is not None), default=None)

    def _write(self, before: Job, after: Job, now: datetime, at: datetime, worker: str = "") -> Job:
        job, entry = settle(before, after, self.policy, now, at, worker)
        self.jobs[job.id] = job
        if entry is not None:
            self.log[job.id].append(entry)
        return job

    def _command(self, job: Job, now: datetime) -> RunJob:
        return command(job, Raw(b"{}"), "", GATEWAY, now)
