"""The executable model of the run tables, as `protocol.md` has them: pure, one operation at a time, with its own clock.

It is the oracle of the adapter in PostgreSQL, the floor of the machine that looks for faults in the protocol, and the
inside of the fake that the worker's tests use.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from pressroom_common.contracts import TERMINAL, FinishedRun, JobError, Step, Usage, total_usage
from pressroom_common.worker.records import (
    Bill,
    CallOutcome,
    CallRecord,
    Cancellation,
    Checkpoint,
    Claim,
    Fence,
    Outcome,
    RunRow,
)
from pressroom_common.worker.repository import WORKER_LOST

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
UNKNOWN = Usage(calls=1, unknown_calls=1)
LIVE = frozenset({"running", "orphaned"})


class StoredRun(RunRow, frozen=True, kw_only=True):
    """A row with what is never told."""

    claims: int
    lease_until: datetime


@dataclass(frozen=True)
class StoredCall:
    record: CallRecord
    outcome: CallOutcome | None = None
    usage: Usage | None = None
    possible_double_charge: bool = False


@dataclass
class RunTable:
    """`lease` in seconds; `cap` is of claims per attempt. Every operation is a transaction, a microsecond apart."""

    lease: float = 15.0
    cap: int = 5
    now: datetime = EPOCH
    rows: dict[UUID, StoredRun] = field(default_factory=dict)
    calls: dict[UUID, StoredCall] = field(default_factory=dict)
    stored: dict[tuple[UUID, str], tuple[int, bytes]] = field(default_factory=dict)
    """Attempt and result by job and step."""

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def claim(self, wish: Claim, holder: str) -> StoredRun | None:
        """A row that comes back as failed was claimed too often."""
        self._tick()
        row = self.rows.get(wish.job_id)
        if wish.not_after <= self.now or not (row is None or self._may_take(row, wish)):
            return None
        if row is None:
            return self._put(self._first(wish, holder))
        rises = row.attempt < wish.attempt
        lost = not rises and row.claims >= self.cap
        if wish.redo:
            self._forget_steps(wish)
        return self._put(
            replace(
                row,
                attempt=wish.attempt,
                claim=row.claim + 1,
                n=row.n + 1,
                claims=1 if rises else row.claims + 1,
                dispatch=wish.dispatch,
                state="failed" if lost else "running",
                error=WORKER_LOST if lost else None,
                ended_at=self.now if lost else None,
                started_at=self.now if rises else row.started_at,
                holder=holder,
                traceparent=wish.traceparent,
                lease_until=self._leased(),
                not_before=None,
                cancelled_by=None,
                result=None,
                steps={name: step for name, step in row.steps.items() if not (rises and redone(name, wish.redo))},
                updated_at=self.now,
            )
        )

    def _forget_steps(self, wish: Claim) -> None:
        """Those of earlier attempts that are to be done again."""
        for (job_id, name), (attempt, _) in list(self.stored.items()):
            if job_id == wish.job_id and attempt < wish.attempt and redone(name, wish.redo):
                del self.stored[job_id, name]

    def abandon_calls(self, fence: Fence) -> StoredRun | None:
        """The open calls of earlier claims were lost with their callers."""
        self._tick()
        row = self.rows.get(fence.job_id)
        if row is None or row.fence != fence:
            return None
        lost = [
            Bill(id=call.record.id, job_id=fence.job_id, step=call.record.step, outcome="unknown", usage=UNKNOWN)
            for call in self.calls.values()
            if call.record.job_id == fence.job_id and call.record.claim < fence.claim and call.outcome is None
        ]
        owed = self._settle(lost)
        return self._charged(row, owed) if owed else None

    def record_call(self, call: CallRecord) -> bool:
        self._tick()
        row = self._held(Fence(job_id=call.job_id, attempt=call.attempt, claim=call.claim))
        if row is None:
            return False
        self.calls.setdefault(call.id, StoredCall(call))
        self._put(replace(row, lease_until=self._leased()))
        return True

    def checkpoint(self, step: Checkpoint, bills: list[Bill]) -> StoredRun | None:
        self._tick()
        row = self._held(Fence(job_id=step.job_id, attempt=step.attempt, claim=step.claim))
        if row is None:
            return None
        owed = self._settle(bills)
        new = (step.job_id, step.name) not in self.stored
        self.stored.setdefault((step.job_id, step.name), (step.attempt, bytes(step.result)))
        return self._put(
            replace(
                row,
                n=row.n + 1,
                lease_until=self._leased(),
                usage=added(row.usage, owed),
                steps=row.steps | ({step.name: self._done(step, owed)} if new else {}),
                updated_at=self.now,
            )
        )

    def _done(self, step: Checkpoint, owed: dict[str, Usage]) -> Step:
        return Step(
            name=step.name,
            state="completed" if step.error is None else "failed",
            attempt=step.attempt,
            started_at=self.now - timedelta(seconds=step.seconds),
            ended_at=self.now,
            usage=owed,
            error=step.error,
        )

    def conclude(self, outcome: Outcome, bills: list[Bill]) -> StoredRun | None:
        self._tick()
        row = self._held(Fence(job_id=outcome.job_id, attempt=outcome.attempt, claim=outcome.claim))
        if row is None:
            return None
        snooze = outcome.snooze_seconds
        return self._put(
            replace(
                row,
                state=outcome.state,
                n=row.n + 1,
                claims=row.claims - (outcome.state in {"orphaned", "snoozed"}),
                ended_at=self.now if outcome.state in TERMINAL else None,
                not_before=None if snooze is None else self.now + timedelta(seconds=snooze),
                result=outcome.result,
                error=outcome.error,
                usage=added(row.usage, self._settle(bills)),
                steps=row.steps | outcome.steps,
                lease_until=self.now,
                updated_at=self.now,
            )
        )

    def bill(self, bills: list[Bill]) -> StoredRun | None:
        """Of one run. What was taken for lost is replaced by what its holder tells."""
        self._tick()
        row = self.rows[bills[0].job_id]  # a call has a run
        owed: dict[str, Usage] = {}
        for bill in bills:
            call = self.calls.get(bill.id)
            if call is None:  # it was never recorded
                continue
            same = bill.outcome == "unknown" and bill.usage == call.usage
            if call.outcome is not None and (call.outcome != "unknown" or same):
                continue
            owed = added(owed, {call.record.model: less(bill.usage, call.usage or Usage())})
            twice = bill.outcome == "answered" and call.record.claim < row.claim and row.state != "cancelled"
            doubted = call.possible_double_charge or bill.outcome == "unknown" or twice
            self.calls[bill.id] = StoredCall(call.record, bill.outcome, bill.usage, doubted)
        return self._charged(row, owed) if owed else None

    def cancel(self, wish: Cancellation) -> StoredRun | None:
        self._tick()
        row = self.rows.get(wish.job_id)
        if row is None:
            return self._put(self._tombstone(wish))
        if not _touches(wish, row):
            return None
        rises = row.attempt < wish.attempt
        return self._put(
            replace(
                row,
                attempt=wish.attempt,
                claim=row.claim + 1,
                n=row.n + 1,
                state="cancelled",
                cancelled_by=wish.reason,
                started_at=None if rises else row.started_at,
                holder="" if rises else row.holder,
                lease_until=self.now,
                ended_at=self.now,
                updated_at=self.now,
                not_before=row.not_before if wish.reason == "recall" and not rises else None,
                error=None,
                result=None,
            )
        )

    def forget(self, run: FinishedRun) -> bool:
        row = self.rows.get(run.job_id)
        if row is None or (row.attempt, row.n) > (run.attempt, run.n):
            return False
        del self.rows[run.job_id]
        self.calls = {id_: call for id_, call in self.calls.items() if call.record.job_id != run.job_id}
        self.stored = {key: result for key, result in self.stored.items() if key[0] != run.job_id}
        return True

    def renew(self, fence: Fence) -> tuple[bool, StoredRun | None]:
        """Whether the run is still held, and its row if it was won back."""
        self._tick()
        row = self._held(fence)
        if row is None:
            return False, None
        if row.state == "running":
            self._put(replace(row, lease_until=self._leased()))
            return True, None
        back = replace(row, state="running", n=row.n + 1, lease_until=self._leased(), updated_at=self.now)
        return True, self._put(back)

    def sweep(self) -> list[StoredRun]:
        self._tick()
        for row in list(self.rows.values()):
            if row.state == "running" and row.lease_until < self.now:
                self._orphan(row)
        return [row for row in self.rows.values() if row.state == "orphaned"]

    def end_predecessor(self, holder: str) -> list[StoredRun]:
        self._tick()
        held = [row for row in self.rows.values() if row.state == "running" and row.holder == holder]
        return [self._orphan(row) for row in held]

    def lapse(self, job_id: UUID) -> None:
        """As if the lease's time had passed."""
        self._put(replace(self.rows[job_id], lease_until=self.now - timedelta(seconds=1)))

    def wake(self, job_id: UUID) -> None:
        """As if the snooze's time had passed."""
        self._put(replace(self.rows[job_id], not_before=self.now - timedelta(seconds=1)))

    def steps(self, job_id: UUID) -> dict[str, bytes]:
        return {name: result for (job, name), (_, result) in self.stored.items() if job == job_id}

    def _tick(self) -> None:
        self.now += timedelta(microseconds=1)

    def _leased(self) -> datetime:
        return self.now + timedelta(seconds=self.lease)

    def _put(self, row: StoredRun) -> StoredRun:
        self.rows[row.job_id] = row
        return row

    def _held(self, fence: Fence) -> StoredRun | None:
        row = self.rows.get(fence.job_id)
        return row if row is not None and row.fence == fence and row.state in LIVE else None

    def _may_take(self, row: StoredRun, wish: Claim) -> bool:
        if row.attempt != wish.attempt:
            return row.attempt < wish.attempt
        if row.state == "snoozed":
            return (row.not_before is not None and row.not_before <= self.now) or row.n == wish.force_n
        return row.state in LIVE and row.lease_until < self.now

    def _orphan(self, row: StoredRun) -> StoredRun:
        lease = min(row.lease_until, self.now)
        return self._put(replace(row, state="orphaned", n=row.n + 1, lease_until=lease, updated_at=self.now))

    def _charged(self, row: StoredRun, owed: dict[str, Usage]) -> StoredRun:
        """A cost that comes late is told: the same state under a new n."""
        return self._put(replace(row, n=row.n + 1, usage=added(row.usage, owed), updated_at=self.now))

    def _settle(self, bills: list[Bill]) -> dict[str, Usage]:
        """Each call is settled once, whoever comes first."""
        owed: dict[str, Usage] = {}
        for bill in bills:
            call = self.calls.get(bill.id)
            if call is not None and call.outcome is None:
                self.calls[bill.id] = StoredCall(call.record, bill.outcome, bill.usage, bill.outcome == "unknown")
                owed = added(owed, {call.record.model: bill.usage})
        return owed

    def _first(self, wish: Claim, holder: str) -> StoredRun:
        return StoredRun(
            job_id=wish.job_id,
            tenant_id=wish.tenant_id,
            kind=wish.kind,
            attempt=wish.attempt,
            claim=1,
            n=1,
            claims=1,
            dispatch=wish.dispatch,
            state="running",
            holder=holder,
            traceparent=wish.traceparent,
            cancelled_by=None,
            started_at=self.now,
            ended_at=None,
            not_before=None,
            updated_at=self.now,
            error=None,
            usage={},
            steps={},
            result=None,
            lease_until=self._leased(),
        )

    def _tombstone(self, wish: Cancellation) -> StoredRun:
        return StoredRun(
            job_id=wish.job_id,
            tenant_id=wish.tenant_id,
            kind=wish.kind,
            attempt=wish.attempt,
            claim=1,
            n=1,
            claims=0,
            dispatch=wish.dispatch,
            state="cancelled",
            holder="",
            traceparent=wish.traceparent,
            cancelled_by=wish.reason,
            started_at=None,
            ended_at=self.now,
            not_before=None,
            updated_at=self.now,
            error=None,
            usage={},
            steps={},
            result=None,
            lease_until=self.now,
        )


def _touches(wish: Cancellation, row: StoredRun) -> bool:
    """What the reason may end."""
    if row.attempt != wish.attempt:
        return row.attempt < wish.attempt
    match wish.reason:
        case "parked":
            return False
        case "recall":
            return row.state in {"snoozed", "orphaned"}
        case _:
            return row.state in {"running", "orphaned", "snoozed"}


def added(one: dict[str, Usage], other: dict[str, Usage]) -> dict[str, Usage]:
    """The sum, model by model."""
    return {
        model: total_usage(usages[model] for usages in (one, other) if model in usages) for model in {**one, **other}
    }


def less(one: Usage, other: Usage) -> Usage:
    """The difference, field by field."""
    return Usage(**{name: getattr(one, name) - getattr(other, name) for name in Usage.__struct_fields__})


def broken(code: str = "provider_failed", *, permanent: bool = False, retry_after: float | None = None) -> JobError:
    """An error of an attempt."""
    error_class = "permanent" if permanent else "transient"
    return JobError(code=code, detail="It broke.", error_class=error_class, retry_after=retry_after)  # type: ignore[arg-type]


def redone(name: str, parts: tuple[str, ...]) -> bool:
    """Whether a step is to be done again, alone or with those like it."""
    return any(name == part or name.startswith(f"{part}.") for part in parts)
