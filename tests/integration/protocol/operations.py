"""Random operations on run tables: done to the model and to PostgreSQL, which must give the same answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from integration.protocol.tables import CAP, LEASE, RunsDatabase
from pressroom_common.contracts import TERMINAL, CancelReason, RunState, Usage
from pressroom_common.contracts import Step as RunStep
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
from protocol.runs import EPOCH, UNKNOWN, RunTable, StoredRun, broken

JOBS = (UUID(int=1), UUID(int=2))
HOLDERS = ("generator-1", "generator-2")
TENANT = UUID(int=99)
REASONS: tuple[CancelReason, ...] = ("request", "deadline", "recall", "parked")
ENDS: tuple[RunState, ...] = ("completed", "failed", "snoozed", "orphaned")
PAID: dict[CallOutcome, Usage] = {
    "answered": Usage(calls=1, input_tokens=3, output_tokens=5),
    "refused": Usage(calls=1),
    "unknown": UNKNOWN,
}


@dataclass(frozen=True)
class Step:
    """One statement, over a batch. `picks` say to which of what there is, the newest first; `flavour`: which way."""

    action: str
    picks: tuple[int, ...]
    flavour: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            (
                *(
                    "claim",
                    "claim",
                    "take_over",
                    "take_over",
                    "record",
                    "record",
                    "keep",
                    "keep",
                    "conclude",
                    "conclude",
                ),
                *("bill", "abandon", "cancel", "renew", "sweep", "end_predecessor", "lapse", "wake"),
            )
        ),
        st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple),
        st.integers(0, 11),
    ),
    min_size=15,
    max_size=30,
)


@dataclass
class Twins:
    """The model and the real tables, which live through the same."""

    real: RunsDatabase
    model: RunTable = field(default_factory=lambda: RunTable(lease=LEASE, cap=CAP, now=datetime.now(UTC)))
    holds: list[Fence] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    _numbers: int = 0

    async def live(self, step: Step) -> None:
        """Do it to both, and compare the answers and all rows."""
        await getattr(self, f"_{step.action}")(step)
        await self.compare()

    async def compare(self) -> None:
        rows = await self.real.runs().read(JOBS)
        same(rows, [self.model.rows.get(job) for job in JOBS])
        hidden = await self.real.hidden()
        for row in self.model.rows.values():
            if row.state not in TERMINAL:
                assert hidden[row.job_id] == (row.claims, row.lease_until > self.model.now)
        calls = await self.real.rows("SELECT id, outcome, possible_double_charge FROM calls")
        assert {call["id"]: (call["outcome"], call["possible_double_charge"]) for call in calls} == {
            call_id: (call.outcome, call.possible_double_charge) for call_id, call in self.model.calls.items()
        }
        for job in JOBS:
            assert await self.real.runs().steps(job) == self.model.steps(job)

    async def _claim(self, step: Step) -> None:
        """Of several for one job, one statement takes the first of the highest attempt."""
        holder = HOLDERS[step.flavour % 2]
        wishes = [self._wish(pick, step.flavour) for pick in step.picks]
        chosen: dict[UUID, Claim] = {}
        for wish in wishes:
            if wish.job_id not in chosen or wish.attempt > chosen[wish.job_id].attempt:
                chosen[wish.job_id] = wish
        expected = [self.model.claim(wish, holder) if chosen[wish.job_id] is wish else None for wish in wishes]
        same(await self.real.runs(holder).claim(wishes), expected)
        taken = [row.fence for row in expected if row is not None]
        self.holds += taken
        if step.flavour % 2:
            await self._abandon(step, taken)

    async def _take_over(self, step: Step) -> None:
        await self._lapse(step)
        await self._claim(step)

    async def _abandon(self, step: Step, fences: Sequence[Fence] = ()) -> None:
        for fence in fences or self._fences(step.picks[:1]):
            same([await self.real.runs().abandon_calls(fence)], [self.model.abandon_calls(fence)])

    async def _record(self, step: Step) -> None:
        if self.calls and step.flavour == 0:
            records = [self.calls[-1]]  # the answer was lost, and it is recorded again
        else:
            records = [self._record_of(fence, step) for fence in self._fences(step.picks)]
            self.calls += records
        expected = [self.model.record_call(record) for record in records]
        assert await self.real.runs().record_calls(records) == expected

    async def _keep(self, step: Step) -> None:
        for fence in self._fences(step.picks[:1]):
            self._numbers += 1
            result = Raw(b'{"number":%d}' % self._numbers)
            kept = Checkpoint(
                job_id=fence.job_id,
                attempt=fence.attempt,
                claim=fence.claim,
                name=("headings", "section.1", "section.2", "text")[step.flavour % 4],
                result=result,
                seconds=1.5,
                error=broken() if step.flavour > 8 else None,
            )
            bills = self._bills(fence.job_id, step)
            same([await self.real.runs().checkpoint(kept, bills)], [self.model.checkpoint(kept, bills)])

    async def _conclude(self, step: Step) -> None:
        ends = [
            (self._outcome(fence, step.flavour), self._bills(fence.job_id, step)) for fence in self._one_a_job(step)
        ]
        expected = [self.model.conclude(outcome, bills) for outcome, bills in ends]
        same(await self.real.runs().conclude(ends), expected)

    async def _bill(self, step: Step) -> None:
        by_job = {job: self._bills(job, step) for job in JOBS}
        bills = [bill for owed in by_job.values() for bill in owed]
        if bills:
            expected = [self.model.bill(owed) for owed in by_job.values() if owed]
            told = [row for row in expected if row is not None]
            same(in_order(await self.real.runs().bill(bills)), in_order(told))

    async def _cancel(self, step: Step) -> None:
        wishes = [self._cancellation(pick, step.flavour) for pick in step.picks]
        chosen: dict[UUID, Cancellation] = {}
        for wish in wishes:
            if wish.job_id not in chosen or wish.attempt > chosen[wish.job_id].attempt:
                chosen[wish.job_id] = wish
        expected = [self.model.cancel(wish) if chosen[wish.job_id] is wish else None for wish in wishes]
        same(await self.real.runs().cancel(wishes), expected)

    async def _renew(self, step: Step) -> None:
        fences = self._one_a_job(step)
        expected = [(fence.job_id, *self.model.renew(fence)) for fence in fences]
        held, back = await self.real.runs().renew(fences)
        assert held == {job for job, stands, _ in expected if stands}
        same(in_order(back), in_order([row for _, _, row in expected if row is not None]))

    async def _sweep(self, _step: Step) -> None:
        same(in_order(await self.real.runs().sweep()), in_order(self.model.sweep()))

    async def _end_predecessor(self, step: Step) -> None:
        holder = HOLDERS[step.flavour % 2]
        same(in_order(await self.real.runs(holder).end_predecessor()), in_order(self.model.end_predecessor(holder)))

    async def _lapse(self, step: Step) -> None:
        for job in self._jobs(step):
            self.model.lapse(job)
            await self.real.lapse(job)

    async def _wake(self, step: Step) -> None:
        for job in self._jobs(step):
            if self.model.rows[job].not_before is not None:
                self.model.wake(job)
                await self.real.wake(job)

    def _record_of(self, fence: Fence, step: Step) -> CallRecord:
        self._numbers += 1
        return CallRecord(
            id=UUID(int=self._numbers),
            job_id=fence.job_id,
            attempt=fence.attempt,
            claim=fence.claim,
            step="text",
            model=("small", "large")[step.flavour % 2],
        )

    def _jobs(self, step: Step) -> list[UUID]:
        return [job for job in {JOBS[pick % len(JOBS)] for pick in step.picks} if job in self.model.rows]

    def _fences(self, picks: Sequence[int]) -> list[Fence]:
        """Holds that somebody has or had, the newest first."""
        return [self.holds[-1 - pick % len(self.holds)] for pick in picks] if self.holds else []

    def _one_a_job(self, step: Step) -> list[Fence]:
        return list({fence.job_id: fence for fence in self._fences(step.picks)}.values())

    def _bills(self, job: UUID, step: Step) -> list[Bill]:
        """Of some calls of a job, paid already or not."""
        outcome: CallOutcome = ("answered", "refused", "unknown")[step.flavour % 3]
        calls = [call for place, call in enumerate(self.calls) if call.job_id == job and place % 3 != step.picks[0]]
        guessed = outcome == "unknown" and step.flavour > 5
        usage = replace(UNKNOWN, input_tokens=7, estimated_calls=1) if guessed else PAID[outcome]
        return [Bill(id=call.id, job_id=job, step=call.step, outcome=outcome, usage=usage) for call in calls]

    def _wish(self, pick: int, flavour: int) -> Claim:
        job = JOBS[pick % len(JOBS)]
        row = self.model.rows.get(job)
        hours = -1 if flavour == 11 else 24
        return Claim(
            job_id=job,
            tenant_id=TENANT,
            kind="generation.prompt",
            attempt=_attempt(row, flavour + pick),
            dispatch=flavour + 1,
            traceparent=f"trace-{flavour}",
            not_after=self.model.now + timedelta(hours=hours),
            force_n=row.n - pick % 2 if row and flavour % 3 == 0 else None,
            redo=((), ("section", "text"), ("headings",))[flavour % 3],
        )

    def _cancellation(self, pick: int, flavour: int) -> Cancellation:
        job = JOBS[pick % len(JOBS)]
        return Cancellation(
            job_id=job,
            tenant_id=TENANT,
            kind="generation.prompt",
            attempt=_attempt(self.model.rows.get(job), flavour + pick),
            dispatch=flavour + 1,
            traceparent=f"trace-{flavour}",
            reason=REASONS[flavour % 4],
        )

    def _outcome(self, fence: Fence, flavour: int) -> Outcome:
        state = ENDS[flavour % 4]
        return Outcome(
            job_id=fence.job_id,
            attempt=fence.attempt,
            claim=fence.claim,
            state=state,
            result=Raw(b'{"content": "text"}') if state == "completed" else None,
            error=broken(permanent=flavour > 6) if state in {"failed", "snoozed"} else None,
            snooze_seconds=LEASE if state == "snoozed" else None,
            steps={"section.2": failed_step(fence)} if state == "failed" and flavour > 4 else {},
        )


def _attempt(row: StoredRun | None, flavour: int) -> int:
    """Mostly the one that is."""
    return max(1, (row.attempt if row else 1) + (0, 0, 0, 1, 0, -1)[flavour % 6])


def in_order(rows: Sequence[RunRow]) -> list[RunRow]:
    return sorted(rows, key=lambda row: row.job_id)


def same(real: Sequence[RunRow | None], model: Sequence[RunRow | None]) -> None:
    """All that rows say but when: the two clocks differ."""
    assert [_seen(row) for row in real] == [_seen(row) for row in model]


def _seen(row: RunRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    told = row.snapshot()
    fields = {name: getattr(told, name) for name in told.__struct_fields__ if name not in {"result", "time"}}
    for when in ("started_at", "ended_at", "not_before"):
        fields[when] = fields[when] is not None
    fields["steps"] = {step.name: replace(step, started_at=EPOCH, ended_at=EPOCH) for step in told.steps}
    return {**fields, "result": bytes(told.result)}


def failed_step(fence: Fence) -> RunStep:
    return RunStep(
        name="section.2", state="failed", attempt=fence.attempt, started_at=EPOCH, ended_at=EPOCH, error=broken()
    )
