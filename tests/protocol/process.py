"""A worker's process as a model: what `worker/service.py` does, one transaction at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from uuid import UUID

from msgspec import Raw

from pressroom_common.contracts import CancelJob, RunJob, RunState, Usage
from pressroom_common.worker.records import Bill, CallRecord, Cancellation, Checkpoint, Claim, Outcome
from protocol.broker import Broker, Luck, Message
from protocol.rules import Rules
from protocol.runs import UNKNOWN, RunTable, StoredRun, broken

Answer = Literal["text", "transient", "permanent", "throttled", "none"]
"""Of the provider."""
Stage = Literal[
    "begin", "come after", "buy", "call", "keep", "conclude", "bill", "read", "count", "tell", "ack", "gone"
]

STEPS = ("headings", "text")
T = TypeVar("T")


@dataclass(eq=False)
class Task:
    """A message on its way through a process."""

    message: Message
    stage: Stage = "begin"
    row: StoredRun | None = None
    outcome: Outcome | None = None
    call: CallRecord | None = None
    bills: list[Bill] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    released: Literal["lost", "drain"] | None = None

    @property
    def run(self) -> StoredRun:
        assert self.row is not None
        return self.row

    @property
    def job_id(self) -> UUID:
        assert isinstance(self.message.body, RunJob | CancelJob)
        return self.message.body.job_id


@dataclass(frozen=True)
class Turn:
    """One step of one task, and how it goes. What is unknown or refused is tried again, as `patiently` does."""

    task: Task
    luck: Luck
    answer: Answer

    @property
    def done(self) -> bool:
        """Whether the process knows that it was done."""
        return self.luck == "done"

    def tried(self, operation: Callable[[], T]) -> T | None:
        return None if self.luck == "refused" else operation()


class Process:
    def __init__(self, name: str, runs: RunTable, broker: Broker, rules: Rules, new_id: Callable[[], UUID]) -> None:
        self.name = name
        self.stopped = False
        self.tasks: list[Task] = []
        self.held: dict[UUID, Task] = {}
        self._runs = runs
        self._broker = broker
        self._rules = rules
        self._new_id = new_id
        self._stages: dict[Stage, Callable[[Turn], None]] = {
            "begin": self._begin,
            "come after": self._come_after,
            "buy": self._buy,
            "call": self._call,
            "keep": self._keep,
            "conclude": self._conclude,
            "bill": self._bill,
            "read": self._read,
            "count": self._count,
            "tell": self._tell,
            "ack": self._ack,
        }

    def take(self, message: Message) -> None:
        message.taken_by = self.name
        self.tasks.append(Task(message))

    def step(self, task: Task, luck: Luck = "done", answer: Answer = "text") -> None:
        if task.released and task.stage in {"buy", "call", "keep"}:
            self._stop_handler(task)
        else:
            self._stages[task.stage](Turn(task, luck, answer))

    def finish(self, task: Task, answer: Answer = "text") -> None:
        """All the rest of it, without a fault."""
        while task.stage != "gone":
            self.step(task, answer=answer)

    def renew(self, luck: Luck) -> None:
        if luck == "refused":
            return
        for task in list(self.held.values()):
            held, back = self._runs.renew(task.run.fence)
            if held:
                self._rules.promised(task.job_id)
            elif luck == "done":
                task.released = task.released or "lost"
            self.tell_once(back, luck)

    def sweep(self, luck: Luck) -> None:
        if luck != "refused":
            for row in self._runs.sweep():
                self.tell_once(row, luck)

    def holds(self) -> list[tuple[UUID, int]]:
        return [(job_id, task.run.claim) for job_id, task in self.held.items()]

    def drain(self) -> None:
        for task in self.held.values():
            task.released = task.released or "drain"

    def release(self, ended: StoredRun) -> None:
        """The control message: who is stopped does not hear it."""
        task = self.held.get(ended.job_id)
        if task is not None and not self.stopped and task.run.claim < ended.claim:
            task.released = task.released or "lost"

    def crash(self, luck: Luck) -> None:
        """Killed; the next one under its name ends the leases, if it gets so far."""
        self._rules.died({(task.job_id, task.run.claim) for task in self.tasks if task.row})
        for task in self.tasks:
            if task.message.taken_by == self.name:
                task.message.taken_by = None
        self.tasks.clear()
        self.held.clear()
        self.stopped = False
        if luck != "refused":
            for row in self._runs.end_predecessor(self.name):
                self._rules.released(row.job_id)
                self.tell_once(row, luck)

    def tell_once(self, row: StoredRun | None, luck: Luck) -> None:
        """What nobody waits for may be lost."""
        if row is not None and luck == "done":
            self._broker.tell(row.snapshot())

    def _begin(self, turn: Turn) -> None:
        body = turn.task.message.body
        if isinstance(body, CancelJob):
            self._cancel(turn, body)
            return
        assert isinstance(body, RunJob)
        before = self._runs.rows.get(body.job_id)
        row = turn.tried(lambda: self._runs.claim(claim_of(body), self.name))
        if row is not None:
            self._rules.claimed(before, row)
        if turn.done:
            turn.task.row, turn.task.stage = row, "come after" if row else "read"

    def _come_after(self, turn: Turn) -> None:
        """Somebody may have been here before: his open calls are lost, his steps are kept."""
        task, row = turn.task, turn.task.run
        if row.claim > 1:
            counted = turn.tried(lambda: self._runs.abandon_calls(row.fence))
            if not turn.done:
                return
            task.row = row = counted or row
            task.kept = self._runs.steps(row.job_id)
        if row.state != "running":
            task.stage = "tell"
            return
        self.held[row.job_id] = task
        self.tell_once(row, turn.luck)
        task.stage = "buy"

    def _buy(self, turn: Turn) -> None:
        """Before a call is sent it is recorded; once every step is kept, the run completes."""
        task = turn.task
        missing = [step for step in STEPS if step not in task.kept]
        if not missing:
            self._end(task, "completed")
            return
        call = task.call = task.call or self._record_of(task.run, missing[0])
        recorded = turn.tried(lambda: self._runs.record_call(call))
        if recorded:
            self._rules.promised(task.job_id)
        if not turn.done:
            return
        if recorded:
            self._rules.call_begins(call)
            task.stage = "call"
        else:
            task.call, task.stage = None, "bill"

    def _call(self, turn: Turn) -> None:
        task = turn.task
        match turn.answer:
            case "text":
                self._hang_up(task, _bill_of(task, "answered"))
                task.stage = "keep"
            case "none":
                self._hang_up(task, _bill_of(task, "unknown"))
                self._end(task, "failed")
            case "throttled":
                self._hang_up(task, _bill_of(task, "refused"))
                self._end(task, "snoozed")
            case _:
                self._hang_up(task, _bill_of(task, "refused"))
                self._end(task, "failed", permanent=turn.answer == "permanent")

    def _keep(self, turn: Turn) -> None:
        task, row = turn.task, turn.task.run
        name = next(step for step in STEPS if step not in task.kept)
        step = Checkpoint(
            job_id=row.job_id, attempt=row.attempt, claim=row.claim, name=name, result=Raw(b'"text"'), seconds=1.0
        )
        stored = turn.tried(lambda: self._runs.checkpoint(step, task.bills))
        if stored:
            self._rules.promised(row.job_id)
        if not turn.done:
            return
        if stored:
            task.bills = []
            task.kept = {**task.kept, name: b'"text"'}
        task.stage = "buy" if stored else "bill"

    def _conclude(self, turn: Turn) -> None:
        task = turn.task
        outcome = task.outcome
        assert outcome is not None
        ended = turn.tried(lambda: self._runs.conclude(outcome, task.bills))
        if ended is not None:
            self._rules.concluded(ended)
        if turn.done:
            task.row, task.stage = (ended, "tell") if ended else (task.row, "bill")

    def _bill(self, turn: Turn) -> None:
        """Who lost the run pays what he owes, and tells the run as it stands."""
        if turn.task.bills:
            turn.tried(lambda: self._runs.bill(turn.task.bills))
        if turn.done:
            turn.task.stage = "read"

    def _read(self, turn: Turn) -> None:
        if turn.done:
            row = turn.task.row = self._runs.rows.get(turn.task.job_id)
            cancelled = isinstance(turn.task.message.body, CancelJob) and row is not None and row.state == "cancelled"
            turn.task.stage = "count" if cancelled else "tell" if row else "ack"

    def _count(self, turn: Turn) -> None:
        """The holder of a run that was cancelled may be dead: its calls are lost until it tells otherwise."""
        counted = turn.tried(lambda: self._runs.abandon_calls(turn.task.run.fence))
        if turn.done:
            turn.task.row, turn.task.stage = counted or turn.task.row, "tell"

    def _tell(self, turn: Turn) -> None:
        turn.tried(lambda: self._broker.tell(turn.task.run.snapshot()))
        if turn.done:
            turn.task.stage = "ack"

    def _ack(self, turn: Turn) -> None:
        """Nobody waits for it: an ack that is lost is a message that comes again."""
        task = turn.task
        turn.tried(lambda: self._broker.ack(task.message, self.name))
        if task.message.taken_by == self.name:
            task.message.taken_by = None
        self.tasks.remove(task)
        if self.held.get(task.job_id) is task:
            del self.held[task.job_id]
        task.stage = "gone"

    def _cancel(self, turn: Turn, asked: CancelJob) -> None:
        before = self._runs.rows.get(asked.job_id)
        ended = turn.tried(lambda: self._runs.cancel(cancellation_of(asked)))
        if ended is not None:
            self._rules.cancelled(before, ended, asked.reason)
        if not turn.done:
            return
        if ended is not None:
            self.release(ended)
        turn.task.row, turn.task.stage = ended, "count" if ended else "read"

    def _stop_handler(self, task: Task) -> None:
        if task.call is not None:
            self._hang_up(task, _bill_of(task, "unknown"))
        if task.released == "drain":
            self._end(task, "orphaned")
        else:
            task.stage = "bill"

    def _hang_up(self, task: Task, bill: Bill) -> None:
        task.bills, task.call = [*task.bills, bill], None

    def _end(self, task: Task, state: RunState, *, permanent: bool = False) -> None:
        row = task.run
        task.stage = "conclude"
        task.outcome = Outcome(
            job_id=row.job_id,
            attempt=row.attempt,
            claim=row.claim,
            state=state,
            result=Raw(b'"text"') if state == "completed" else None,
            error=broken(permanent=permanent) if state in {"failed", "snoozed"} else None,
            snooze_seconds=30.0 if state == "snoozed" else None,
        )

    def _record_of(self, row: StoredRun, step: str) -> CallRecord:
        return CallRecord(
            id=self._new_id(), job_id=row.job_id, attempt=row.attempt, claim=row.claim, step=step, model="model"
        )


def claim_of(body: RunJob) -> Claim:
    return Claim(
        job_id=body.job_id,
        tenant_id=body.tenant_id,
        kind=body.kind,
        attempt=body.attempt,
        dispatch=body.dispatch,
        traceparent="",
        not_after=body.not_after,
        force_n=body.force_n,
    )


def cancellation_of(body: CancelJob) -> Cancellation:
    return Cancellation(
        job_id=body.job_id,
        tenant_id=body.tenant_id,
        kind=body.kind,
        attempt=body.attempt,
        dispatch=body.dispatch,
        traceparent="",
        reason=body.reason,
    )


def _bill_of(task: Task, outcome: Literal["answered", "refused", "unknown"]) -> Bill:
    assert task.call is not None
    usage = {"answered": Usage(calls=1, output_tokens=10), "refused": Usage(calls=1), "unknown": UNKNOWN}[outcome]
    return Bill(id=task.call.id, job_id=task.call.job_id, step=task.call.step, outcome=outcome, usage=usage)
