"""A ledger, a broker and two workers, a step at a time, so that anything may go wrong between any two steps.

The decisions of the ledger are the production's own; runs, broker and processes are models.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pressroom_common.contracts import CancelJob, RunJob, Snapshot
from pressroom_gateway.ledger.policy import Policy
from protocol.broker import Broker, Luck, Message
from protocol.ledger import LedgerTable
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

    def submit(self, luck: Luck) -> None:
        self._publish(self.ledger.submit(self._new_id(), self.now), luck)

    def dispatch(self, luck: Callable[[], Luck], *, silent: bool) -> None:
        for message in self.ledger.dispatch(self.now, silent=silent):
            self._publish(message, luck())

    def cancel(self, job_id: UUID, luck: Luck) -> None:
        asked = self.ledger.cancel(job_id, self.now)
        if asked is not None:
            self._publish(asked, luck)

    def fold(self, messages: list[Message], *, acked: bool) -> None:
        self.ledger.fold(_snapshots(messages), self.now)
        if acked:
            self.broker.queue = [message for message in self.broker.queue if message not in messages]

    def park(self, message: Message) -> None:
        """A command that nobody could handle: the job ends through its run, and only by its latest publication."""
        self.broker.queue.remove(message)
        parked = message.body
        assert isinstance(parked, RunJob)
        job = self.ledger.jobs[parked.job_id]
        if not job.over and job.out and (job.attempt, job.dispatch) == (parked.attempt, parked.dispatch):
            self.broker.publish(_ends(parked))

    def beat(self, process: Process) -> None:
        self.ledger.heard(process.holds(), self.now)

    def calm_down(self, most: int = 400) -> None:
        """No more faults: everybody does what he does, until every job is at its end."""
        for process in self.processes:
            process.stopped = False
        self.broker.restart()
        for _ in range(most):
            self._round()
            if all(job.over for job in self.ledger.jobs.values()):
                return
            self._wait()
        raise AssertionError(f"1: not at its end: {[job for job in self.ledger.jobs.values() if not job.over]}")

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
        due = self.ledger.next_due()
        if not self.broker.queue and due is not None and due > self.now:
            self.runs.now = due
        self.runs.pass_time(5)

    def _publish(self, message: RunJob | CancelJob, luck: Luck) -> None:
        if luck != "refused":
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


def _ends(parked: RunJob) -> CancelJob:
    return CancelJob(
        id=parked.id,
        source="gateway-1",
        time=parked.time,
        tenant_id=parked.tenant_id,
        job_id=parked.job_id,
        kind=parked.kind,
        attempt=parked.attempt,
        dispatch=parked.dispatch,
        reason="parked",
    )
