"""Decides what goes into the ledger: new jobs, what workers tell of them, and what people ask of them."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from pressroom_common.batcher import Batcher
from pressroom_common.contracts import Snapshot, Transition, WorkerHeartbeat
from pressroom_gateway.problems import Problem, conflict

from .fold import fold, with_start
from .job import Job, LogEntry
from .measures import LedgerMetrics
from .messages import first_command
from .outbox import Outbox
from .policy import Policy
from .ports import Jobs, Places, Watchers
from .records import JobInput, MadeJob, NewBatch, NewJob
from .transitions import settle, told

logger = structlog.get_logger()

_KEY_LIFE = 24 * 3600.0
"""Seconds that an idempotency key is kept."""


class Ledger:
    """Writes of each kind travel in batches, with one flush in flight. `wake` is the dispatcher's."""

    def __init__(
        self,
        jobs: Jobs,
        places: Places,
        outbox: Outbox,
        policy: Policy,
        metrics: LedgerMetrics,
        source: str,
        wake: Callable[[], None],
        watchers: Watchers,
    ) -> None:
        self._jobs = jobs
        self._places = places
        self._outbox = outbox
        self._policy = policy
        self._metrics = metrics
        self._source = source
        self._wake = wake
        self._watchers = watchers
        self._inserts: Batcher[NewJob, MadeJob | None] = Batcher(self._insert)
        self._folds: Batcher[Sequence[Snapshot], None] = Batcher(self._fold, limit=100)
        self._heard_at = float("-inf")
        self.backlog = False
        """Whether jobs wait, as far as this gateway knows: then a place that gets free is given away at once."""

    async def submit(self, new: NewJob) -> MadeJob:
        """Returns once the job stands; its command leaves behind the answer. Raises Problem, Unavailable."""
        made = await self._inserts.submit(new)
        if made is not None:
            self._metrics.submitted.labels(new.kind, new.lane).inc()
            return made
        assert new.idempotency_key is not None
        repeated = await self.made_before(new.tenant_id, new.idempotency_key, new.fingerprint or "")
        if repeated is None:
            raise conflict("This Idempotency-Key has just expired. Send the request again.")
        return repeated

    async def submit_all(self, batch: NewBatch) -> Sequence[MadeJob] | None:
        """All jobs of a batch stand, or none. None: its idempotency key was used before. Raises Unavailable."""
        made = await self._jobs.insert_batch(batch)
        if made is None:
            return None
        self._went_in(batch.jobs, made)
        for new in batch.jobs:
            self._metrics.submitted.labels(new.kind, new.lane).inc()
        return [job for job in made if job is not None]

    async def made_before(self, tenant_id: UUID, key: str, fingerprint: str) -> MadeJob | None:
        """The job that this idempotency key made. Raises Problem where it made another one."""
        made = await self._jobs.made_before(tenant_id, key)
        if made is not None and made.fingerprint != fingerprint:
            detail = "This Idempotency-Key was used with another request. Use a new key for a new request."
            raise Problem(409, "idempotency_mismatch", detail)
        return made

    async def input_of(self, tenant_id: UUID, job_id: UUID) -> JobInput | None:
        return await self._jobs.input_of(tenant_id, job_id)

    async def fold(self, snapshots: Sequence[Snapshot]) -> None:
        """What workers told. Returns when it stands: then the message may be acked."""
        await self._folds.submit(snapshots)

    async def heard(self, heartbeat: WorkerHeartbeat) -> None:
        """A worker lives, and works on these."""
        if heartbeat.holds:
            await self._jobs.heard(heartbeat.holds)
        if (datetime.now(UTC) - heartbeat.time).total_seconds() < self._policy.silence:
            self._heard_at = time.monotonic()
            await self._places.heard(heartbeat)

    @property
    def up_to_date(self) -> bool:
        """Whether the fold keeps up with the heartbeats: else silence proves nothing."""
        return time.monotonic() - self._heard_at < self._policy.silence

    async def keep_house(self) -> None:
        """Forget idempotency keys and workers that are old."""
        await self._places.forget_workers()
        while await self._jobs.forget_keys(_KEY_LIFE) == 1000:
            pass

    async def _insert(self, jobs: Sequence[NewJob]) -> Sequence[MadeJob | None]:
        made = await self._jobs.insert(jobs)
        self._went_in(jobs, made)
        return made

    def _went_in(self, jobs: Sequence[NewJob], made: Sequence[MadeJob | None]) -> None:
        """What has to leave for new jobs."""
        if any(job is not None and not job.out and job.status == "pending" for job in made):
            self.backlog = True
            self._wake()
        self._outbox.publish_soon(
            [
                (first_command(new, job, self._source), new.lane)
                for new, job in zip(jobs, made, strict=True)
                if job and job.out
            ]
        )

    async def _fold(self, batches: Sequence[Sequence[Snapshot]]) -> list[None]:
        snapshots = [snapshot for batch in batches for snapshot in batch]
        folded = _Folding(self._policy)
        async with self._jobs.locked(sorted({snapshot.job_id for snapshot in snapshots})) as work:
            for snapshot in snapshots:
                folded.take(snapshot, work.jobs, work.now)
            if folded.changed:
                await work.write(list(folded.changed.values()), folded.entries)
            now = work.now
        self._metrics.folded(snapshots, folded.transitions, now)
        self._outbox.log_soon(folded.transitions)
        self._watchers.changed([transition.job_id for transition in folded.transitions])
        if any(job.unsettled or (job.due_at is not None and job.due_at <= now) for job in folded.changed.values()) or (
            folded.freed and (self.backlog or folded.freed_key)
        ):
            self._wake()
        return [None] * len(batches)


class _Folding:
    """One batch on its way through the fold."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.changed: dict[UUID, Job] = {}
        self.entries: list[LogEntry] = []
        self.transitions: list[Transition] = []
        self.freed = False
        """Whether a job gave its place up."""
        self.freed_key = False

    def take(self, snapshot: Snapshot, jobs: dict[UUID, Job], now: datetime) -> None:
        before = jobs.get(snapshot.job_id)
        if before is None:  # deleted, or of a ledger that was restored from a backup
            logger.warning("a snapshot of an unknown job", job_id=str(snapshot.job_id))
            return
        for told_or_implied in with_start(before, snapshot):
            self._fold(jobs[snapshot.job_id], told_or_implied, jobs, now)

    def _fold(self, before: Job, snapshot: Snapshot, jobs: dict[UUID, Job], now: datetime) -> None:
        after = fold(before, snapshot, self._policy, now)
        if after is before:
            return
        job, entry = settle(before, after, self._policy, now, snapshot.time, snapshot.holder)
        jobs[job.id] = self.changed[job.id] = job
        if before.n == 0 and job.status == "processing":
            self._policy.waits.began(job.queue, _waited(before, snapshot))
        if before.place == "taken" and job.place != "taken":
            self.freed = True
            self.freed_key = self.freed_key or job.concurrency_key is not None
        if entry is not None:
            self.entries.append(entry)
            self.transitions.append(told(job, entry))


def _waited(job: Job, start: Snapshot) -> float:
    """Seconds from the first publication of a job that nobody has begun before: its 24 h count from there."""
    return max((start.time - job.retry_base_at).total_seconds(), 0.0)
