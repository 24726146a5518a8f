"""Says in words where administrators' actions by filter did something else than they told.

All that one of them changes has the same time in the log: it is one transaction, as long as it is of one batch.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from chaos.answers import BulkAnswer
from chaos.history import Made
from integration.delivery.rows import Entry, Rows
from pressroom_common.contracts import TERMINAL, JobStatus

BATCH = 200
_KNOWN = {"cancel": timedelta(seconds=2), "retry": timedelta(seconds=10)}
"""So long after it happened the ledger has heard of it: of a failure by the broker, which may be away."""
_FITTING: dict[str, frozenset[JobStatus]] = {
    "cancel": frozenset({"blocked", "scheduled", "pending", "processing", "retrying"}),
    "retry": frozenset({"failed", "cancelled"}),
}


def violations(rows: Rows, made: Mapping[UUID, Made], answers: Sequence[BulkAnswer]) -> Iterator[str]:
    for answer in answers:
        for words in _of(answer, rows, made):
            bulk = answer.bulk
            yield f"{bulk.action} of {bulk.tenant}'s jobs, asked at {answer.asked_at:%H:%M:%S.%f}: {words}"


def retried(rows: Rows, answers: Sequence[BulkAnswer]) -> set[UUID]:
    """Jobs that may have been tried again by filter, heard of or not."""
    if not any(answer.bulk.action == "retry" for answer in answers):
        return set()
    return {job_id for job_id, log in rows.log.items() if any(_changed("retry", log))}


def _of(answer: BulkAnswer, rows: Rows, made: Mapping[UUID, Made]) -> Iterator[str]:
    together = _changed_together(answer, rows)
    sizes = sorted(len(ids) for ids in together.values())
    done = next((ids for ids in together.values() if len(ids) == answer.done), set())
    if answer.done >= BATCH:
        yield f"{answer.done} are too many to be judged: they are of several batches"
    elif answer.done and not done:
        yield f"it told of {answer.done} jobs, but those that were changed together were {sizes}"
    for job_id in done:
        if not _is_meant(answer, made[job_id]):
            yield f"job {job_id} was changed, but is not meant: it is {made[job_id].tenant}'s"
    for job_id in _left_out(answer, rows, made):
        yield f"job {job_id} was left out, though it was meant and nobody else changed it"


def _changed_together(answer: BulkAnswer, rows: Rows) -> dict[datetime, set[UUID]]:
    """By the time, while it was asked and answered."""
    found: dict[datetime, set[UUID]] = defaultdict(set)
    for job_id, log in rows.log.items():
        for entry in _changed(answer.bulk.action, log):
            if answer.asked_at <= entry.at <= answer.answered_at:
                found[entry.at].add(job_id)
    return found


def _changed(action: str, log: Sequence[Entry]) -> Iterator[Entry]:
    """What a request did: to cancel it, or to try again what was over."""
    for before, after in pairwise(log):
        if action == "retry" and before.status in TERMINAL:
            yield after
        if action == "cancel" and before.status in _FITTING["cancel"] and after.status in {"cancelling", "cancelled"}:
            yield after


def _is_meant(answer: BulkAnswer, job: Made) -> bool:
    return job.tenant == answer.bulk.tenant and answer.made_from <= job.created_at < answer.asked_at


def _left_out(answer: BulkAnswer, rows: Rows, made: Mapping[UUID, Made]) -> Iterator[UUID]:
    """Of those whose status fitted all the while."""
    known = answer.asked_at - _KNOWN[answer.bulk.action]
    for job_id, log in rows.log.items():
        before = [entry for entry in log if entry.at <= known]
        meanwhile = [entry for entry in log if known < entry.at <= answer.answered_at]
        fits = before and before[-1].status in _FITTING[answer.bulk.action]
        if fits and not meanwhile and _is_meant(answer, made[job_id]):
            yield job_id
