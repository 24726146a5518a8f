"""The invariants of `protocol.md`, watched from outside while a world goes on. Each notes by itself what it needs."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from pressroom_common.contracts import TERMINAL, CancelJob, CancelReason, JobStatus, RunJob, RunState, Usage
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
        self._published: set[tuple[UUID, int]] = set()
        self._failed: set[tuple[UUID, int]] = set()
        self._recalled: set[tuple[UUID, int]] = set()
        self._calls: list[CallRecord] = []
        self._deserted: set[UUID] = set()
        self._ends: dict[tuple[UUID, int], RunState] = {}
        self._statuses: dict[tuple[UUID, int], JobStatus] = {}
        self._numbers: dict[UUID, tuple[int, int, int]] = {}

    def published(self, message: RunJob | CancelJob) -> None:
        """A message leaves the ledger. What a person holds back is not sent."""
        job = self._ledger.jobs[message.job_id]
        assert job.out, "a message left for a job that is not out"
        if isinstance(message, RunJob):
            assert job.held_by is None, "a paused job went out"
            assert (message.attempt, message.dispatch) == (job.attempt, job.dispatch)
            self._published.add((job.id, job.attempt))

    def claimed(self, before: StoredRun | None, row: StoredRun) -> None:
        """Somebody took the run. 3: a lease that was promised is kept; 6; 10."""
        self._check_current(row.job_id, row.attempt)
        promised = self._leases.get(row.job_id)
        assert promised is None or promised < self._runs.now, "a live lease was taken"
        if before is not None and before.attempt < row.attempt:
            assert before.state in TERMINAL, "6: an attempt claimed while a lower one was live"
        self._claims[row.job_id, row.attempt] += 1
        assert self._claims[row.job_id, row.attempt] <= self._runs.cap + 1, "10: claimed too often"
        if row.state == "failed":
            self._failed.add((row.job_id, row.attempt))
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
            self._failed.add((row.job_id, row.attempt))

    def cancelled(self, before: StoredRun | None, row: StoredRun, reason: CancelReason) -> None:
        """A person or the deadline may end a live run; a parked message may not, a recall only what nobody works on."""
        touched = before is not None and before.attempt == row.attempt
        assert reason != "parked" or not touched, "a parked message ended a run"
        if reason == "recall":
            assert before is None or not touched or before.state in {"snoozed", "orphaned"}, "a recall ended a run"
            self._recalled.add((row.job_id, row.attempt))
        self.released(row.job_id)

    def died(self, claims: set[tuple[UUID, int]]) -> None:
        """The holders of these claims are gone: nobody pays what they owe, unless the next claim counts it."""
        open_ = (call for call in self._runs.calls.values() if call.outcome is None)
        self._deserted |= {call.record.id for call in open_ if (call.record.job_id, call.record.claim) in claims}

    def call_begins(self, call: CallRecord) -> None:
        """4: not after the job's end. 5: nothing is bought again that is kept, or that its buyer may still get."""
        job = self._ledger.jobs[call.job_id]
        assert not job.over, "4: a call began after the job's end"
        self._check_current(call.job_id, call.attempt)
        assert self._runs.rows[call.job_id].lease_until > self._runs.now, "a call began under a lapsed lease"
        assert (call.job_id, call.step) not in self._runs.stored, "5: what is kept was bought again"
        for other in self._calls:
            if (other.job_id, other.attempt, other.step) == (call.job_id, call.attempt, call.step):
                assert other.claim < call.claim, "5: its buyer still holds the run"
        self._calls.append(call)

    def _check_current(self, job_id: UUID, attempt: int) -> None:
        """Messages of an attempt that failed, was recalled or retried are stale: nobody works for them."""
        job = self._ledger.jobs[job_id]
        assert job.out, "work on a job that is not out"
        assert attempt == job.attempt, "work on an attempt that is history"
        assert (job_id, attempt) not in self._recalled, "work on a recalled attempt"

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
        assert job.attempt - job.attempt_base == self._tries(job), "tries are the failures since it was begun by hand"
        assert self._tries(job) <= self._ledger.policy.max_attempts, "tried too often"
        assert job.out or (job.id, job.attempt) not in self._published, "a command is out of a job that is not"
        self._check_wishes(job)
        known = self._statuses.get((job.id, job.attempt))
        assert known in {None, job.status}, "3: a terminal status changed within its attempt"
        if job.over:
            self._statuses[job.id, job.attempt] = job.status
            self._check_end(job)

    def _tries(self, job: Job) -> int:
        """One, and one more for each failure since it was last begun by hand; what was recalled was no try."""
        tries = 1
        for attempt in range(1, job.attempt):
            ended = (job.id, attempt)
            assert ended in self._failed | self._recalled | self._statuses.keys(), "an attempt ended by nobody's fault"
            tries = 1 if ended in self._statuses else tries + (ended in self._failed)
        return tries

    def _check_wishes(self, job: Job) -> None:
        """What people asked for is kept exactly as long as it can come true. 9: at the end no place is kept."""
        assert job.out or not job.recall, "nothing is out that could be recalled"
        assert not job.recall or job.status != "processing", "asked back from who works on it"
        assert job.recall or job.wished_run_at is None, "a time that nobody will set"
        paused = job.held_by is not None
        assert not paused or job.status == "blocked" or job.recall, "a pause that holds nothing"
        assert paused or job.status != "blocked", "blocked by nobody"
        if job.over:
            assert (job.place, job.due_at, job.recall, paused) == (None, None, False, False), "9: kept after the end"
        elif job.status == "blocked":
            assert (job.place, job.due_at, job.out) == (None, None, False), "a paused job is on its way"
        else:
            assert job.place is not None, "nobody looks after the job"
            assert job.due_at is not None or job.behind_key, "nobody looks after the job"

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
    assert row.cancelled_by != "recall" or job.cancel_requested, "nobody asked for the end of a recalled job"
    match row.state:
        case "cancelled":
            return "failed" if deadline or row.cancelled_by in {"deadline", "parked"} else "cancelled"
        case "failed":
            return "cancelled" if job.cancel_requested and not deadline else "failed"
        case state:
            return state
