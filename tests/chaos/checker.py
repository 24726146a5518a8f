"""Says in words what contradicts the promises: to the clients, to who pays, and to who reads the history.

What the ledger, the runs and the provider say of each other is the delivery tests' checker's affair; it is asked, too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from chaos import bulk_checker
from chaos.answers import AWAY, EXPECTED, Answer, BulkAnswer
from chaos.history import History, Made
from chaos.live.follower import Follow
from integration.delivery import checker as delivery
from integration.delivery.rows import Entry, Heard, Job, Parked, Rows, Run
from pressroom_common.contracts import TERMINAL

UNREAD = timedelta(seconds=10)
"""Measures that were told so shortly before the broker lost its data may be gone unread: nobody tells them again."""


class Evidence(Struct, frozen=True, kw_only=True):
    """All that is known of a run, once the system has come to rest."""

    rows: Rows
    heard: Sequence[Heard]
    """By the provider."""
    answers: Sequence[Answer]
    unheard: int
    """Submissions without a key whose answer was lost."""
    history: History
    parked: Sequence[Parked] = ()
    in_flight: frozenset[UUID] = frozenset()
    """Calls of generators when these were killed, or stopped past their leases."""
    lost_at: datetime | None = None
    """When the broker lost its data."""
    made: Mapping[UUID, Made] = {}
    bulks: Sequence[BulkAnswer] = ()
    follows: Sequence[Follow] = ()


def violations(evidence: Evidence) -> list[str]:
    accepted = _accepted(evidence.answers)
    return [
        *delivery.violations(evidence.rows, evidence.heard, {id_ for ids in accepted.values() for id_ in ids}),
        *_of_answers(evidence.rows, evidence.answers, evidence.bulks),
        *bulk_checker.violations(evidence.rows, evidence.made, evidence.bulks),
        *_of_streams(evidence.follows),
        *_of_accepted(evidence.rows, accepted, evidence.unheard),
        *_of_lists(evidence.rows, accepted, evidence.answers),
        *purchases_without_need(evidence.rows, evidence.in_flight),
        *_of_history(evidence.rows, evidence.history),
        *_of_measures(evidence.rows, evidence.history, evidence.lost_at),
        *(f"a message of {row.queue} was parked: {row.reason}, job {row.job_id}" for row in evidence.parked),
    ]


def _accepted(answers: Sequence[Answer]) -> dict[int, set[UUID]]:
    """By wish."""
    found: dict[int, set[UUID]] = defaultdict(set)
    for answer in answers:
        if answer.promises and answer.job_id is not None:
            found[answer.number].add(answer.job_id)
    return found


def _of_accepted(rows: Rows, accepted: dict[int, set[UUID]], unheard: int) -> Iterator[str]:
    owners = Counter(id_ for ids in accepted.values() for id_ in ids)
    for number, ids in accepted.items():
        if len(ids) > 1:
            yield f"wish {number} became {len(ids)} jobs: {', '.join(map(str, sorted(ids)))}"
    for id_, wishes in owners.items():
        if wishes > 1:
            yield f"job {id_} was the answer to {wishes} wishes"
    surplus = rows.jobs.keys() - owners.keys()
    if len(surplus) > unheard:
        some = ", ".join(map(str, sorted(surplus)[:5]))
        yield f"{len(surplus)} jobs were promised to nobody, but only {unheard} answers were lost: {some}"


def _of_lists(rows: Rows, accepted: dict[int, set[UUID]], answers: Sequence[Answer]) -> Iterator[str]:
    listed = Counter(answer.job_id for answer in answers if answer.asked == "list")
    for id_ in {id_ for ids in accepted.values() for id_ in ids} & rows.jobs.keys():
        if listed[id_] != 1:
            yield f"job {id_} is {listed[id_]} times in its tenant's list"


def _of_answers(rows: Rows, answers: Sequence[Answer], bulks: Sequence[BulkAnswer]) -> Iterator[str]:
    by_hand = {answer.job_id for answer in answers if (answer.asked, answer.code) == ("retry", 202)}
    retried = by_hand | bulk_checker.retried(rows, bulks)
    for answer in answers:
        if answer.code != AWAY and answer.code not in EXPECTED[answer.asked]:
            yield f"wish {answer.number}: {answer.asked} was answered with {answer.code}: {answer.text}"
        if answer.asked == "generate" and answer.code != AWAY and answer.job_id is None:
            yield f"wish {answer.number}: its job is not named in the {answer.code}: {answer.text}"
        job = rows.jobs.get(answer.job_id) if answer.job_id is not None else None
        if job is None or answer.status not in TERMINAL:
            continue
        if answer.status != job.status and (answer.status == "completed" or job.id not in retried):
            yield f"job {job.id}: a client was told that it is {answer.status}, but it is {job.status}"
        if answer.content is not None and answer.content != (job.result or {}).get("content"):
            yield f"job {job.id}: a client has read another content than it has"
        if answer.error_code is not None and job.id not in retried:
            yield from _of_error(answer.error_code, job)


def _of_error(told: str, job: Job) -> Iterator[str]:
    code = str(job.error["code"]) if job.error else None
    if job.status == "failed" and code != told:
        yield f"job {job.id}: a client was told the error {told}, but it failed with {code}"


def _of_streams(follows: Sequence[Follow]) -> Iterator[str]:
    for follow in follows:
        for words in (*follow.faults, *follow.transcript.faults):
            yield f"wish {follow.number}, stream of job {follow.job_id}: {words}"


def purchases_without_need(rows: Rows, in_flight: frozenset[UUID]) -> Iterator[str]:
    """`in_flight`: calls at kills, which alone may be made again."""
    for calls in rows.second_calls():
        job_id, attempt, step = calls[0].purchase
        for call in calls[:-1]:
            if call.id not in in_flight:
                yield (
                    f"job {job_id}: step {step!r} of attempt {attempt} was bought again, "
                    f"though call {call.id} was in flight at no kill"
                )


def _of_history(rows: Rows, history: History) -> Iterator[str]:
    for id_ in history.jobs.keys() - rows.jobs.keys():
        yield f"job {id_}: the monitor knows it, the ledger does not"
    for job in rows.jobs.values():
        yield from _of_told(job, rows.log.get(job.id, []), history)
    ends = {
        (entry.job_id, entry.version, entry.status)
        for log in rows.log.values()
        for entry in log
        if entry.status in TERMINAL
    }
    for id_, version, status in ends ^ history.endings:
        where = "the ledger" if (id_, version, status) in ends else "the monitor"
        yield f"job {id_}: only {where} knows that it was {status} at version {version}"
    counts = dict(Counter(job.status for job in rows.jobs.values()))
    if counts != history.counts:
        yield f"the monitor counts {history.counts}, the ledger has {counts}"


def _of_told(job: Job, log: Sequence[Entry], history: History) -> Iterator[str]:
    told = history.jobs.get(job.id)
    if told is None:
        yield f"job {job.id}: the monitor does not know it"
        return
    code = str(job.error["code"]) if job.status == "failed" and job.error else ""
    ours = job.status, job.version, job.attempt, code
    theirs = told.status, told.version, told.attempt, told.error_code
    if ours != theirs:
        yield f"job {job.id}: the ledger says {ours}, the monitor {theirs}"
    started = min((entry.at for entry in log if entry.status == "processing"), default=None)
    if told.started_at != started:
        yield f"job {job.id}: it began at {started}, the monitor says {told.started_at}"
    ended = log[-1].at if log and log[-1].status in TERMINAL else None
    if told.completed_at != ended:
        yield f"job {job.id}: it ended at {ended}, the monitor says {told.completed_at}"


def lost_measures(evidence: Evidence) -> int:
    """Runs of which the monitor lacks something that went with the broker's data."""
    unread = (run for run in evidence.rows.runs.values() if _may_be_unread(run, evidence.lost_at))
    return sum(any(_of_measured(run, evidence.history)) for run in unread)


def _of_measures(rows: Rows, history: History, lost_at: datetime | None) -> Iterator[str]:
    for run in rows.runs.values():
        if not _may_be_unread(run, lost_at):
            yield from _of_measured(run, history)


def _may_be_unread(run: Run, lost_at: datetime | None) -> bool:
    return lost_at is not None and run.updated_at <= lost_at < run.updated_at + UNREAD


def _of_measured(run: Run, history: History) -> Iterator[str]:
    told = history.attempts.get((run.job_id, run.attempt))
    if told is None or (told.n, told.state) != (run.n, run.state):
        known = f"{told.state} at n {told.n}" if told else "nothing"
        yield f"job {run.job_id}: its run is {run.state} at n {run.n}, the monitor knows {known}"
    spent = history.spent.get(run.job_id)
    ours, theirs = delivery.without_zeros(run.usage), delivery.without_zeros(spent.by_model if spent else {})
    if ours != theirs:
        yield f"job {run.job_id}: its run used {ours}, the monitor says {theirs}"
