"""A ledger, a broker and two workers, a step at a time, so that anything may go wrong between any two steps.

The decisions of the ledger are the production's own; runs, broker and processes are models.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pressroom_common.contracts import CancelJob, RunJob, Snapshot
from pressroom_gateway.ledger.dispatch import request_cancel
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.wishes import resume
from protocol.broker import Broker, Luck, Message
from protocol.ledger import LedgerTable, Wish
from protocol.process import Process
from protocol.rules import Rules
from protocol.runs import RunTable


class World:
    def __init__(self) -> None:
        self.runs = RunTable(lease=15.0, cap=2)
        self.ledger = LedgerTable(Policy(max_attempts=3, backoff=(60.0, 300.0)))
        self.broker = Broker()
        self.rules = Rules(self.runs, self.ledger)
        self.processes = [self._process("generator-1"), self._process("generator-2")]
        self._ids = 0

    @property
    def now(self) -> datetime:
        return self.runs.now

    def submit(self, luck: Luck, run_at: datetime | None = None, key: str | None = None) -> None:
        for message in self.ledger.submit(self._new_id(), self.now, run_at, key):
            self._publish(message, luck)

    def dispatch(self, luck: Callable[[], Luck], *, silent: bool) -> None:
        for message in self.ledger.dispatch(self.now, silent=silent):
            self._publish(message, luck())

    def wish(self, job_id: UUID, wish: Wish, luck: Luck = "done") -> None:
        """Somebody asks something of a job."""
        for message in self.ledger.change(job_id, wish, self.now):
            self._publish(message, luck)

    def cancel(self, job_id: UUID, luck: Luck) -> None:
        self.wish(job_id, lambda job, now: request_cancel(job, "request", now), luck)

    def fold(self, messages: list[Message], *, acked: bool) -> None:
        self.ledger.fold(_snapshots(messages), self.now)
        if acked:
            self.broker.queue = [message for message in self.broker.queue if message not in messages]

    def park(self, message: Message) -> None:
        """A command that nobody could handle."""
        self.broker.queue.remove(message)
        assert isinstance(message.body, RunJob)
        for ends in self.ledger.parked(message.body):
            self._publish(ends, "done")

    def beat(self, process: Process) -> None:
        self.ledger.heard(process.holds(), self.now)

    def calm_down(self) -> None:
        """No more faults: everybody does what he does, until every job is at its end. What is paused waits before."""
        for process in self.processes:
            process.stopped = False
        self.ledger.held.clear()
        self.broker.restart()
        self._go_on_until(lambda job: job.over or job.status == "blocked")
        for job in list(self.ledger.jobs.values()):
            self.wish(job.id, resume)
        self._go_on_until(lambda job: job.over)

    def _go_on_until(self, arrived: Callable[[Job], bool], most: int = 400) -> None:
        for _ in range(most):
            self._round()
            if all(arrived(job) for job in self.ledger.jobs.values()):
                return
            self._wait()
        raise AssertionError(f"1: not at its end: {[job for job in self.ledger.jobs.values() if not arrived(job)]}")

    def _round(self) -> None:
        for process in self.processes:
            process.renew("done")
            for message in self.broker.ready(RunJob, CancelJob)[:4]:
                process.take(message)
            for task in list(process.tasks):
                process.finish(task)
            self.beat(process)
            process.sweep("done")
        self.fold(self.broker.ready(tuple), acked=True)
        self.dispatch(lambda: "done", silent=True)

    def _wait(self) -> None:
        """Until somebody has something to do."""
        due = self.ledger.next_due(after=self.now)
        if not self.broker.queue and due is not None:
            self.runs.now = due
        self.runs.pass_time(5)

    def _publish(self, message: RunJob | CancelJob, luck: Luck) -> None:
        if luck != "refused":
            self.rules.published(message)
            self.broker.publish(message)
        if luck == "done" and isinstance(message, RunJob):
            self.ledger.confirm(message, self.now)

    def _process(self, name: str) -> Process:
        return Process(name, self.runs, self.broker, self.rules, self._new_id)

    def _new_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)


def _snapshots(messages: list[Message]) -> list[Snapshot]:
    return [snapshot for message in messages if isinstance(message.body, tuple) for snapshot in message.body]
