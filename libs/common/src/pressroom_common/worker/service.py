"""Decides what becomes of a command. Claim, work, commit the outcome, tell it; whoever called acks last."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog
from msgspec import Raw

from pressroom_common.batcher import Batcher
from pressroom_common.contracts import CancelJob, ForgetRuns, Hold, JobError, ReleaseRun, RunJob, RunState
from pressroom_common.ids import uuid7
from pressroom_common.patience import patiently
from pressroom_common.telemetry import bind_job, span

from .errors import JobFailed, LostClaim, Snoozed
from .following import Following
from .measures import WorkerMetrics
from .ports import Events, Runs
from .records import Bill, CallRecord, Cancellation, Checkpoint, Claim, Outcome, RunRow
from .run import Handler, Run

logger = structlog.get_logger()

BUG = JobError(
    code="internal",
    detail="Something went wrong on our side. The job is tried again; if it goes on, tell us its id.",
    error_class="transient",
)
UNKNOWN_KIND = JobError(
    code="unknown_kind", detail="No worker of this service knows this kind of job.", error_class="permanent"
)


_HAND_BACK_SECONDS = 10.0
"""How long a stopping process tries to write and tell its hand-backs. What it cannot, the leases tell."""


class Worker:
    """The runs that this process holds. Writes of each kind travel in batches, with one flush in flight."""

    def __init__(self, runs: Runs, events: Events, handlers: Mapping[str, Handler], metrics: WorkerMetrics) -> None:
        self.following = Following(events.live)
        self._runs = runs
        self._events = events
        self._handlers = handlers
        self._metrics = metrics
        self._held: dict[UUID, Run] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._claims = Batcher(runs.claim)
        self._reads = Batcher(runs.read)
        self._calls = Batcher(runs.record_calls)
        self._ends: Batcher[tuple[Outcome, Sequence[Bill]], RunRow | None] = Batcher(runs.conclude, limit=50)
        self._cancellations = Batcher(runs.cancel)
        self.draining = False
        self._handing_back = False
        self.done = 0
        """Outcomes that this process committed."""

    async def run(self, command: RunJob) -> None:
        """Returns when the run's state is told, whoever brought it about: then the command may be acked.

        A connection that breaks cancels the handlers of its deliveries. The run goes on: its calls are paid for.
        """
        task = asyncio.create_task(self._run(command))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _run(self, command: RunJob) -> None:
        bind_job(command.job_id, command.tenant_id, command.traceparent)
        claim = Claim(
            job_id=command.job_id,
            tenant_id=command.tenant_id,
            kind=command.kind,
            attempt=command.attempt,
            dispatch=command.dispatch,
            traceparent=command.traceparent,
            not_after=command.not_after,
            force_n=command.force_n,
            redo=command.redo,
        )
        claimed = await patiently(lambda: self._claims.submit(claim))
        row = await self._work(claimed, command) if claimed else await self._read(command.job_id)
        if row is not None:
            await self._tell(row)

    async def cancel(self, directive: CancelJob) -> None:
        """End the attempt in its row, then hurry the holder along; a run that completed first stays completed."""
        bind_job(directive.job_id, directive.tenant_id, directive.traceparent)
        cancellation = Cancellation(
            job_id=directive.job_id,
            tenant_id=directive.tenant_id,
            kind=directive.kind,
            attempt=directive.attempt,
            dispatch=directive.dispatch,
            traceparent=directive.traceparent,
            reason=directive.reason,
        )
        row = await patiently(lambda: self._cancellations.submit(cancellation))
        if row is not None:
            release = ReleaseRun(
                id=uuid7(), source="", time=row.updated_at, job_id=row.job_id, attempt=row.attempt, claim=row.claim
            )
            self.release(release)
            await self._events.control(release)
        else:
            row = await self._read(directive.job_id)
        if row is not None and row.state == "cancelled":
            row = await self._abandon_calls(row)  # its holder may be dead
        if row is not None:
            await self._tell(row)

    async def forget(self, directive: ForgetRuns) -> None:
        """Their jobs were deleted. Told twice, there is nothing left to do."""
        forgotten = await patiently(lambda: self._runs.forget(directive.runs))
        logger.info("runs of deleted jobs forgotten", runs=forgotten)

    def release(self, message: ReleaseRun) -> None:
        """Stop working on a run whose row was ended by somebody else."""
        run = self._held.get(message.job_id)
        if run is not None and (run.row.attempt, run.row.claim) < (message.attempt, message.claim):
            run.release("lost")

    async def renew(self) -> None:
        """Renew the leases of all held runs in one statement; let go of those that are held no more."""
        held = dict(self._held)
        if not held:
            return
        kept, won_back = await self._runs.renew([run.row.fence for run in held.values()])
        for job_id, run in held.items():
            if job_id not in kept and self._held.get(job_id) is run:
                self._metrics.lost.inc()
                run.release("lost")
        await self._tell_all(won_back)

    async def sweep(self) -> None:
        await self._tell_all(await self._runs.sweep())

    async def end_predecessor(self) -> None:
        """Tell the orphans of the dead process whose name this one bears: they need not wait for their leases."""
        orphans = await patiently(self._runs.end_predecessor)
        await patiently(lambda: self._tell_all(orphans))

    async def drain(self, seconds: float) -> None:
        """Let runs finish for so long, then hand the others back to the ledger."""
        self.draining = True
        await self._finished(seconds)
        self._handing_back = True
        for run in list(self._held.values()):
            run.release("drain")
        await self._finished(_HAND_BACK_SECONDS)

    async def _finished(self, seconds: float) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    def holds(self) -> tuple[Hold, ...]:
        return tuple(Hold(job_id=job_id, claim=run.row.claim) for job_id, run in self._held.items())

    async def record_call(self, call: CallRecord) -> bool:
        return await self._calls.submit(call)

    async def checkpoint(self, step: Checkpoint, bills: Sequence[Bill]) -> bool:
        row = await self._runs.checkpoint(step, bills)
        if row is not None:
            self._metrics.step_ended(row.kind, step.name, "failed" if step.error else "completed", step.seconds)
            self._events.tell_soon(row)
        return row is not None

    async def _work(self, row: RunRow, command: RunJob) -> RunRow | None:
        """From a claimed row to the row of its outcome."""
        steps: Mapping[str, bytes] = {}
        if row.claim > 1:  # somebody was here before
            job_id = row.job_id
            row = await self._abandon_calls(row)
            steps = await patiently(lambda: self._runs.steps(job_id))
        if row.state != "running":
            return row
        feed = self.following.begin(row.fence, command.follower)
        run = Run(row, command.input, steps, self, feed)
        self._held[row.job_id] = run
        self._events.tell_soon(row)
        self._metrics.held.set(len(self._held))
        if self._handing_back:
            run.release("drain")
        try:
            with span(row.kind, row.traceparent, job_id=str(row.job_id)):
                outcome = await self._outcome(run, command.sync_until)
            if outcome is not None and outcome.state == "completed":
                feed.enter("saving")
            return await self._conclude(run, outcome)
        finally:
            self._let_go(run)

    def _let_go(self, run: Run) -> None:
        if self._held.get(run.row.job_id) is run:
            del self._held[run.row.job_id]
        self.following.end(run.feed)
        self._metrics.held.set(len(self._held))

    async def _outcome(self, run: Run, sync_until: datetime | None) -> Outcome | None:
        """What the handler made of it; None where the claim was lost."""
        handler = self._handlers.get(run.row.kind)
        if handler is None:
            return _failed(run, UNKNOWN_KIND)
        try:
            return _ended(run, "completed", result=await run.perform(handler))
        except JobFailed as failure:
            return _failed(run, failure.error)
        except Snoozed as snoozed:
            if sync_until is not None and datetime.now(UTC) < sync_until:
                return _failed(run, snoozed.error)  # a client waits, who can decide better when to come again
            return _ended(run, "snoozed", error=snoozed.error, snooze_seconds=snoozed.seconds)
        except LostClaim:
            return None
        except asyncio.CancelledError:
            if run.released is None:
                raise  # the process itself goes down: the lease will tell
            return _ended(run, "orphaned") if run.released == "drain" else None
        except Exception:
            logger.exception("a handler failed: a bug")
            return _failed(run, BUG)

    async def _abandon_calls(self, row: RunRow) -> RunRow:
        """Count the open calls of earlier claims as lost, unless their holder knows better; the row afterwards."""
        counted = await patiently(lambda: self._runs.abandon_calls(row.fence))
        return counted or row

    async def _conclude(self, run: Run, outcome: Outcome | None) -> RunRow | None:
        """Commit, and answer with the row as it stands: after an unknown commit, or a lost fence, only it knows."""
        if outcome is not None:
            row = await patiently(lambda: self._ends.submit((outcome, run.bills)))
            if row is not None:
                self.done += 1
                self._metrics.ended(row)
                for step in outcome.steps.values():
                    seconds = (step.ended_at - step.started_at).total_seconds()
                    self._metrics.step_ended(row.kind, step.name, step.state, seconds)
                logger.info("run ended", kind=row.kind, state=row.state, attempt=row.attempt, claim=row.claim)
                return row
        if run.bills:
            await patiently(lambda: self._runs.bill(run.bills))
        return await self._read(run.row.job_id)

    async def _read(self, job_id: UUID) -> RunRow | None:
        return await patiently(lambda: self._reads.submit(job_id))

    async def _tell(self, row: RunRow) -> None:
        await patiently(lambda: self._events.tell(row))

    async def _tell_all(self, rows: Sequence[RunRow]) -> None:
        await asyncio.gather(*(self._events.tell(row) for row in rows))


def _ended(
    run: Run,
    state: RunState,
    *,
    result: Raw | None = None,
    error: JobError | None = None,
    snooze_seconds: float | None = None,
) -> Outcome:
    row = run.row
    return Outcome(
        job_id=row.job_id,
        attempt=row.attempt,
        claim=row.claim,
        state=state,
        result=result,
        error=error,
        snooze_seconds=snooze_seconds,
        steps=run.failed,
    )


def _failed(run: Run, error: JobError) -> Outcome:
    return _ended(run, "failed", error=error)
