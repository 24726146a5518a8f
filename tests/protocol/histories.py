"""What workers may tell of a job: every history that the model of the run tables can bring about."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import TERMINAL, Snapshot, Usage
from pressroom_common.worker.records import Bill, CallRecord, Cancellation, Claim, Outcome
from pressroom_gateway.ledger.job import Job
from protocol.runs import EPOCH, LIVE, RunTable, StoredRun, broken

JOB = UUID("0197a1b2-0000-7000-8000-000000000001")
TENANT = UUID("0197a1b2-0000-7000-8000-00000000000f")

_ACTIONS = (
    *("claim", "renew", "sweep", "buy", "late bill", "cancel", "recall", "next attempt"),
    *("completed", "failed", "failed", "snoozed", "orphaned"),
)


def new_job(**changes: Any) -> Job:
    """As the ledger inserts it: pending, and its first command is out."""
    job = Job(
        id=JOB,
        tenant_id=TENANT,
        kind="generation.prompt",
        lane="default",
        execution_mode="async",
        status="pending",
        created_at=EPOCH,
        retry_base_at=EPOCH,
        out=True,
        dispatch=1,
        published_at=EPOCH,
        publications=1,
    )
    return replace(job, **changes)


@dataclass
class Story:
    """Drives the run of one job, and keeps what it told."""

    runs: RunTable = field(default_factory=lambda: RunTable(cap=3))
    told: list[Snapshot] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    attempt: int = 1

    @property
    def row(self) -> StoredRun | None:
        return self.runs.rows.get(JOB)

    def keep(self, row: StoredRun | None) -> None:
        if row is not None:
            self.told.append(row.snapshot())

    def claim(self, holder: str) -> None:
        not_after = self.runs.now + timedelta(hours=24)
        wish = Claim(
            job_id=JOB,
            tenant_id=TENANT,
            kind="generation.prompt",
            attempt=self.attempt,
            dispatch=1,
            traceparent="",
            not_after=not_after,
        )
        row = self.runs.claim(wish, holder)
        self.keep(row)
        if row is not None:
            self.keep(self.runs.abandon_calls(row.fence))

    def buy(self, model: str) -> None:
        row = self.row
        if row is not None and row.state in LIVE:
            call = CallRecord(
                id=UUID(int=len(self.calls) + 1),
                job_id=JOB,
                attempt=row.attempt,
                claim=row.claim,
                step="text",
                model=model,
            )
            self.runs.record_call(call)
            self.calls.append(call)

    def settle(self, tokens: int) -> list[Bill]:
        """Bills of all calls that are open."""
        return [
            Bill(id=call.id, job_id=JOB, step=call.step, outcome="answered", usage=Usage(calls=1, output_tokens=tokens))
            for call in self.calls
            if self.runs.calls[call.id].outcome is None
        ]

    def conclude(self, state: str, tokens: int | None, *, permanent: bool) -> None:
        """`tokens`: of its calls; None where their bills come late."""
        row = self.row
        if row is None:
            return
        ended = Outcome(
            job_id=JOB,
            attempt=row.attempt,
            claim=row.claim,
            state=state,  # type: ignore[arg-type]
            result=Raw(b'{"content":"text"}') if state == "completed" else None,
            error=broken(permanent=permanent) if state in {"failed", "snoozed"} else None,
            snooze_seconds=90.0 if state == "snoozed" else None,
        )
        self.keep(self.runs.conclude(ended, [] if tokens is None else self.settle(tokens)))

    def late_bill(self, tokens: int) -> None:
        bills = self.settle(tokens)
        if bills:
            self.keep(self.runs.bill(bills))

    def cancel(self, reason: str) -> None:
        wish = Cancellation(
            job_id=JOB,
            tenant_id=TENANT,
            kind="generation.prompt",
            attempt=self.attempt,
            dispatch=1,
            traceparent="",
            reason=reason,  # type: ignore[arg-type]
        )
        self.keep(self.runs.cancel(wish))

    def sweep(self) -> None:
        for row in self.runs.sweep():
            self.keep(row)

    def renew(self) -> None:
        if self.row is not None:
            self.keep(self.runs.renew(self.row.fence)[1])

    def next_attempt(self) -> None:
        if self.row is not None and self.row.state in TERMINAL and self.row.attempt == self.attempt:
            self.attempt += 1


@dataclass(frozen=True)
class _Event:
    """Something that happens to a run, and how long after it nothing does."""

    action: str
    pause: float
    pick: int


_EVENTS = st.builds(_Event, st.sampled_from(_ACTIONS), st.sampled_from((0.5, 4.0, 20.0, 100.0)), st.integers(0, 23))


@st.composite
def histories(draw: st.DrawFn, attempts: int = 1) -> list[Snapshot]:
    """All that a job's run told, in the order in which it happened; over so many attempts at most."""
    story = Story()
    for event in draw(st.lists(_EVENTS, min_size=1, max_size=12)):
        if event.action == "next attempt" and story.attempt == attempts:
            continue
        if event.action == "recall" and attempts > 1:  # the ledger hears of it before it begins another attempt
            continue
        _happen(story, event.action, event.pick)
        story.runs.pass_time(event.pause)
    if not story.told:
        story.claim("generator-1")
    return story.told


def _happen(story: Story, action: str, pick: int) -> None:
    match action:
        case "claim":
            story.claim(("generator-1", "generator-2")[pick % 2])
        case "renew":
            story.renew()
        case "sweep":
            story.sweep()
        case "buy":
            story.buy(("small", "large")[pick % 2])
        case "late bill":
            story.late_bill(pick)
        case "cancel":
            story.cancel(("request", "deadline", "parked")[pick % 3])
        case "recall":
            story.cancel("recall")
        case "next attempt":
            story.next_attempt()
        case state:
            story.conclude(state, (None, pick)[pick % 2], permanent=pick % 3 == 0)
