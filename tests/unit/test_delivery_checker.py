"""The checker of the delivery tests finds every kind of contradiction, and none in rows that agree."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from integration.delivery.checker import violations
from integration.delivery.rows import Entry, Rows
from unit.one_job import AGAIN, BOUGHT, ID, JOB, LATER, LOG, NOW, RUN, TOLD, rows


def relogged(*statuses: tuple[str, int]) -> list[Entry]:
    return [
        Entry(job_id=ID, version=version, status=status, attempt=attempt, at=NOW, worker="")  # type: ignore[arg-type]
        for version, (status, attempt) in enumerate(statuses, 1)
    ]


def test_rows_that_agree_are_no_violation() -> None:
    assert violations(rows(), [TOLD], accepted=[ID]) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda: rows(job=None), "not in the ledger"),
        (lambda: rows(job=replace(JOB, status="processing")), "it never ended"),
        (lambda: rows(job=replace(JOB, version=4)), "has the versions"),
        (lambda: rows(log=[*LOG[:2], replace(LOG[2], status="failed")]), "its log ends otherwise"),
        (lambda: rows(log=relogged(("pending", 2), ("processing", 1), ("completed", 1))), "attempts went back"),
        (lambda: rows(log=relogged(("pending", 1), ("failed", 1), ("completed", 1))), "not the end of the attempt"),
        (lambda: rows(log=relogged(("pending", 1), ("pending", 1), ("completed", 1))), "logged twice"),
        (lambda: rows(log=relogged(("cancelling", 1), ("pending", 1), ("completed", 1))), "a cancel was forgotten"),
        (lambda: rows(log=relogged(("pending", 1), ("retrying", 3), ("completed", 3))), "not the next attempt"),
        (lambda: rows(log=relogged(("completed", 1), ("pending", 2), ("completed", 2))), "completed more than once"),
        (lambda: rows(job=replace(JOB, result={"content": ""})), "completed without content"),
        (lambda: rows(job=replace(JOB, status="cancelled")), "is cancelled, but has a result"),
        (lambda: rows(job=replace(JOB, status="failed")), "failed without a reason"),
        (lambda: rows(job=replace(JOB, completed_at=None)), "ended at no time"),
        (lambda: rows(job=replace(JOB, out=False)), "ended in the ledger alone"),
        (lambda: rows(run=None), "has no run"),
        (lambda: rows(run=replace(RUN, state="failed")), "but its run is failed"),
        (lambda: rows(run=replace(RUN, attempt=2)), "its run is completed at attempt 2"),
        (lambda: rows(job=replace(JOB, status="failed"), run=replace(RUN, state="cancelled")), "was cancelled by None"),
        (lambda: rows(run=replace(RUN, n=3)), "but the run is at n 3"),
        (lambda: rows(run=replace(RUN, result={"content": "Another."})), "another result than its run"),
        (lambda: rows(job=replace(JOB, usage={})), "its usage is {}"),
        (lambda: rows(run=replace(RUN, usage={})), "run of 00000000-0000-0000-0000-000000000001: its usage"),
        (lambda: rows(run=replace(RUN, claims=7)), "claimed 7 times"),
        (lambda: rows(calls=(replace(BOUGHT, outcome="unknown"),)), "no call of its attempt was answered"),
        (lambda: rows(calls=(replace(BOUGHT, sent_at=LATER),)), "sent after the run's end"),
        (lambda: rows(calls=(replace(BOUGHT, outcome=None),)), "nobody knows what became of it"),
        (lambda: rows(calls=(replace(BOUGHT, outcome="unknown"),)), "it is not marked"),
        (lambda: rows(calls=(BOUGHT, AGAIN)), "was bought 2 times"),
        (lambda: rows(calls=()), "that was never recorded"),
        (lambda: rows(calls=(AGAIN,)), "is answered, but the provider says None"),
        (lambda: rows(calls=(replace(BOUGHT, outcome="refused"),)), "is refused, but the provider says ok"),
    ],
)
def test_every_contradiction_is_found(broken: Callable[[], Rows], words: str) -> None:
    found = violations(broken(), [TOLD], accepted=[ID])
    assert any(words in sentence for sentence in found), found


def test_the_providers_own_list_is_believed() -> None:
    twice = violations(rows(), [TOLD, TOLD])
    assert any("2 times" in sentence for sentence in twice)
    going_on = violations(rows(), [replace(TOLD, outcome="in_flight")])
    assert any("still goes on at the provider" in sentence for sentence in going_on)


def test_a_second_call_is_no_violation_where_the_first_is_marked() -> None:
    lost = replace(BOUGHT, outcome="unknown", possible_double_charge=True, usage={})
    heard = [replace(TOLD, outcome="client_closed"), replace(TOLD, client_request_id=str(AGAIN.id))]
    assert violations(rows(calls=(lost, AGAIN)), heard) == []
