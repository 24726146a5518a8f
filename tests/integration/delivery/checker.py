"""Reads every row and says in words what contradicts the protocol. For a system that has come to rest.

Every test of delivery ends with it: what a fault did in between is forgiven, what is left of it is not.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from uuid import UUID

from integration.delivery.rows import Call, Entry, Heard, Job, Rows, Run, Usage
from pressroom_common.contracts import TERMINAL

_ENDS = {
    "completed": {"completed"},
    "failed": {"failed", "cancelled"},  # cancelled by the deadline, or because its command was parked
    "cancelled": {"cancelled", "failed"},  # it failed while the cancel was on its way
}
"""States that the run may have, by the job's status."""


def violations(rows: Rows, heard: Sequence[Heard], accepted: Collection[UUID] = (), claim_cap: int = 5) -> list[str]:
    """`heard`: the provider's list. `accepted`: jobs that somebody was promised."""
    found = [f"job {id_} was accepted, but is not in the ledger" for id_ in accepted if id_ not in rows.jobs]
    for job in rows.jobs.values():
        run = rows.runs.get(job.id)
        calls = rows.calls.get(job.id, [])
        found += [f"job {job.id}: {problem}" for problem in _of_job(job, rows.log.get(job.id, []), run, calls)]
        if run is not None:
            found += [f"run of {job.id}: {problem}" for problem in _of_run(run, calls, claim_cap)]
    found += [f"run of {id_}: there is no such job" for id_ in rows.runs if id_ not in rows.jobs]
    found += _of_calls(rows)
    found += _of_provider({str(call.id): call for call in rows.all_calls}, heard)
    return found


def _of_job(job: Job, log: Sequence[Entry], run: Run | None, calls: Sequence[Call]) -> Iterator[str]:
    if job.status not in TERMINAL:
        yield f"is {job.status}: it never ended"
        return
    yield from _of_log(job, log)
    yield from _of_result(job)
    yield from _of_job_and_run(job, run)
    if without_zeros(job.usage) != (spent := _spent(calls)):
        yield f"its usage is {job.usage}, but its calls used {spent}"


def _of_log(job: Job, log: Sequence[Entry]) -> Iterator[str]:
    if [entry.version for entry in log] != list(range(1, job.version + 1)):
        yield f"its log has the versions {[entry.version for entry in log]}, and the job is at {job.version}"
    if not log or (log[-1].status, log[-1].attempt) != (job.status, job.attempt):
        yield f"is {job.status} at attempt {job.attempt}, but its log ends otherwise: {_words(log)}"
    for before, after in pairwise(log):
        if after.attempt < before.attempt:
            yield f"its attempts went back: {_words(log)}"
        if after.attempt == before.attempt and before.status in TERMINAL:
            yield f"its end was not the end of the attempt: {_words(log)}"
        if (after.status, after.attempt) == (before.status, before.attempt):
            yield f"a transition was logged twice: {_words(log)}"
        if before.status == "cancelling" and after.status not in TERMINAL:
            yield f"a cancel was forgotten: {_words(log)}"
        if after.status == "retrying" and after.attempt != before.attempt + 1:
            yield f"a retry is not the next attempt: {_words(log)}"
    completed = [entry.attempt for entry in log if entry.status == "completed"]
    if any(attempt > job.attempt_base for attempt in completed[:-1]):  # unless somebody restarted it since
        yield f"it was completed more than once: {_words(log)}"


def _of_result(job: Job) -> Iterator[str]:
    if job.status == "completed" and not (job.result and (job.result.get("content") or job.result.get("sections"))):
        yield "is completed without content"
    if job.status != "completed" and job.result is not None:
        yield f"is {job.status}, but has a result"
    if job.status == "failed" and job.error is None:
        yield "is failed without a reason"
    if job.completed_at is None:
        yield "ended at no time"


def _of_job_and_run(job: Job, run: Run | None) -> Iterator[str]:
    if not job.out:
        if run is not None and (run.attempt >= job.attempt or run.state not in TERMINAL):
            yield f"ended in the ledger alone, but its run is {run.state} at attempt {run.attempt}"
        return
    if run is None:
        yield f"is {job.status}, but has no run"
        return
    if run.attempt != job.attempt or run.state not in _ENDS[job.status]:
        yield f"is {job.status} at attempt {job.attempt}, but its run is {run.state} at attempt {run.attempt}"
    if job.status == "failed" and run.state == "cancelled" and run.cancelled_by not in {"deadline", "parked"}:
        yield f"is failed, but its run was cancelled by {run.cancelled_by}"
    if (job.n, job.claim) != (run.n, run.claim):
        yield f"knows its run at n {job.n}, claim {job.claim}, but the run is at n {run.n}, claim {run.claim}"
    if job.result != run.result:
        yield "has another result than its run"


def _of_run(run: Run, calls: Sequence[Call], claim_cap: int) -> Iterator[str]:
    if run.claims > claim_cap + 1:
        yield f"was claimed {run.claims} times in one attempt"
    if without_zeros(run.usage) != (spent := _spent(calls)):
        yield f"its usage is {run.usage}, but its calls used {spent}"
    of_attempt = [call for call in calls if call.attempt == run.attempt]
    if run.state == "completed" and not any(call.outcome == "answered" for call in of_attempt):
        yield "is completed, but no call of its attempt was answered"
    for call in of_attempt:
        if run.ended_at is not None and call.sent_at > run.ended_at:
            yield f"call {call.id} was sent after the run's end"


def _of_calls(rows: Rows) -> Iterator[str]:
    for call in rows.all_calls:
        if call.outcome is None:
            yield f"call {call.id} of job {call.job_id}: nobody knows what became of it"
        if call.outcome == "unknown" and not call.possible_double_charge:
            yield f"call {call.id} of job {call.job_id}: its answer was lost, but it is not marked"
    for calls in rows.second_calls():
        if sum(not call.possible_double_charge for call in calls) > 1:
            job_id, attempt, step = calls[0].purchase
            yield f"job {job_id}: step {step!r} of attempt {attempt} was bought {len(calls)} times, and not marked"


def _of_provider(calls: dict[str, Call], heard: Sequence[Heard]) -> Iterator[str]:
    for id_, times in Counter(call.client_request_id for call in heard).items():
        if id_ not in calls:
            yield f"the provider had a call {id_} that was never recorded"
        elif times > 1:
            yield f"the provider had the call {id_} {times} times"
    outcomes = {call.client_request_id: call.outcome for call in heard}
    for id_, call in calls.items():
        told = outcomes.get(id_)
        if told == "in_flight":
            yield f"call {id_} of job {call.job_id} still goes on at the provider"
        if call.outcome == "answered" and told != "ok":
            yield f"call {id_} of job {call.job_id} is answered, but the provider says {told}"
        if call.outcome == "refused" and told in {"ok", "client_closed"}:
            yield f"call {id_} of job {call.job_id} is refused, but the provider says {told}"
        if told == "ok" and call.outcome != "answered" and not call.possible_double_charge:
            yield f"call {id_} of job {call.job_id} was answered, but is {call.outcome} and not marked"


def _spent(calls: Sequence[Call]) -> Usage:
    total: dict[str, Counter[str]] = {}
    for call in calls:
        total.setdefault(call.model, Counter()).update(call.usage or {})
    return without_zeros({model: dict(fields) for model, fields in total.items()})


def without_zeros(usage: Usage) -> Usage:
    """What is zero is not told in messages."""
    fields = {model: {name: value for name, value in told.items() if value} for model, told in usage.items()}
    return {model: told for model, told in fields.items() if told}


def _words(log: Sequence[Entry]) -> str:
    return " → ".join(f"{entry.status} ({entry.attempt})" for entry in log)
