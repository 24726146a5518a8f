"""The invariants of `protocol.md`, watched from outside while a world goes on. Each notes by itself what it needs."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from pressroom_common.contracts import TERMINAL, CancelReason, JobStatus, RunState, Usage
from pressroom_common.worker.records import CallRecord
from pressroom_gateway.ledger.job import Job
from protocol.ledger import LedgerTable
from protocol.runs import RunTable, StoredRun, added


class Rules:
    def __init__(self, runs: RunTable, ledger: LedgerTable) -> None:
        self._runs = runs
        self._ledger = ledger
        self._leases: dict[UUID, datetime] = {}
        self._claims: Counter[tuple[UUID, int]] = Counter()
        self._failures: Counter[UUID] = Counter()
        self._calls: list[CallRecord] = []
        self._deserted: set[UUID] = set()
        self._ends: dict[tuple[UUID, int], RunState] = {}
        self._statuses: dict[tuple[UUID, int], JobStatus] = {}
        self._numbers: dict[UUID, tuple[int, int, int]] = {}

    def claimed(self, before: StoredRun | None, row: StoredRun) -> None:
        """Somebody took the run. 3: a lease that was promised is kept; 6; 10."""
        promised = self._leases.get(row.job_id)
        assert promised is None or promised < self._runs.now, "a live lease was taken"
        if before is not None and before.attempt < row.attempt:
            assert before.state in TERMINAL, "6: an attempt claimed while a lower one was live"
        self._claims[row.job_id, row.attempt] += 1
        assert self._claims[row.job_id, row.attempt] <= self._runs.cap + 1, "10: claimed too often"
        if row.state == "failed":
            self._failures[row.job_id] += 1
            self.released(row.job_id)
        else:
            self.promised(row.job_id)

    def promised(self, job_id: UUID) -> None:
        """The run is its holder's for the time of a lease."""
        self._leases[job_id] = self._runs.now + timedelta(seconds=self._runs.lease)

    def released(self, job_id: UUID) -> None:
        """Nobody holds the run any more."""
        self._leases.pop(job_id, None)

    def concluded(self, row: StoredRun) -> None:
        self.released(row.job_id)
        if row.state in {"orphaned", "snoozed"}:
            self._claims[row.job_id, row.attempt] -= 1
        if row.state == "failed":
            self._failures[row.job_id] += 1

    def cancelled(self, before: StoredRun | None, row: StoredRun, reason: CancelReason) -> None:
        """A person or the deadline may end a live run; who parks a message may not."""
        touched = before is not None and before.attempt == row.attempt
        assert reason != "parked" or not touched, "a parked message ended a run"
        self.released(row.job_id)

    def died(self, claims: set[tuple[UUID, int]]) -> None:
        """The holders of these claims are gone: nobody pays what they owe, unless the next claim counts it."""
        open_ = (call for call in self._runs.calls.values() if call.outcome is None)
        self._deserted |= {call.record.id for call in open_ if (call.record.job_id, call.record.claim) in claims}

    def call_begins(self, call: CallRecord) -> None:
        """4: not after the job's end. 5: nothing is bought again that is kept, or that its buyer may still get."""
        job = self._ledger.jobs[call.job_id]
        assert not job.over, "4: a call began after the job's end"
        assert self._runs.rows[call.job_id].lease_until > self._runs.now, "a call began under a lapsed lease"
        assert (call.job_id, call.step) not in self._runs.stored, "5: what is kept was bought again"
        for other in self._calls:
            if (other.job_id, other.attempt, other.step) == (call.job_id, call.attempt, call.step):
                assert other.claim < call.claim, "5: its buyer still holds the run"
        self._calls.append(call)

    def check(self) -> None:
        """What holds at every moment."""
        for row in self._runs.rows.values():
            self._check_run(row)
        for job in self._ledger.jobs.values():
            self._check_job(job)

    def _check_run(self, row: StoredRun) -> None:
        known = self._ends.get((row.job_id, row.attempt))
        assert known in {None, row.state}, "3, 7: a run's end changed"
        if row.state in TERMINAL:
            self._ends[row.job_id, row.attempt] = row.state
        if known == "completed":
            assert row.result is not None, "7: a result was overwritten"

    def _check_job(self, job: Job) -> None:
        numbers = (job.attempt, job.dispatch, job.n)
        assert all(a <= b for a, b in zip(self._numbers.get(job.id, numbers), numbers, strict=True)), "a number fell"
        self._numbers[job.id] = numbers
        assert job.attempt <= 1 + self._failures[job.id], "an attempt was used up by nobody's fault"
        known = self._statuses.get((job.id, job.attempt))
        assert known in {None, job.status}, "3: a terminal status changed within its attempt"
        if job.over:
            self._statuses[job.id, job.attempt] = job.status
            self._check_end(job)

    def _check_end(self, job: Job) -> None:
        """2: once a command may be out, only the run ends the job."""
        row = self._runs.rows.get(job.id)
        if not job.out:
            assert row is None or (row.attempt < job.attempt and row.state in TERMINAL), (
                "2: a live run outlived its job"
            )
            return
        assert row is not None
        assert row.attempt == job.attempt, "2: the job ended without its run"
        assert job.status == _status_of(row, job), "2: the job did not end as its run"

    def check_bills(self) -> None:
        """Every call that anybody could pay is paid, once."""
        sums: dict[UUID, dict[str, Usage]] = {}
        for call in self._runs.calls.values():
            assert call.outcome is not None or call.record.id in self._deserted, "a call was never paid"
            if call.usage is not None:
                owed = {call.record.model: call.usage}
                sums[call.record.job_id] = added(sums.get(call.record.job_id, {}), owed)
        assert all(row.usage == sums.get(row.job_id, {}) for row in self._runs.rows.values())

    def check_log(self) -> None:
        """The log of each job: without gaps, and its end is the job's status."""
        for job in self._ledger.jobs.values():
            log = self._ledger.log[job.id]
            assert [entry.version for entry in log] == list(range(1, job.version + 1))
            assert (log[-1].status, log[-1].attempt) == (job.status, job.attempt)


def _status_of(row: StoredRun, job: Job) -> str:
    """How a job ends whose run ended like this."""
    deadline = job.cancel_requested == "deadline"
    match row.state:
        case "cancelled":
            return "failed" if deadline or row.cancelled_by in {"deadline", "parked"} else "cancelled"
        case "failed":
            return "cancelled" if job.cancel_requested and not deadline else "failed"
        case state:
            return state
