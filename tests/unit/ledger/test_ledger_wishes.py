"""What becomes of every wish in every state of a job: complete tables."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from msgspec.structs import asdict, replace

from pressroom_common.contracts import JobStatus
from pressroom_gateway.ledger.dispatch import request_cancel
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.wishes import pause, reprioritise, reschedule, resume, try_again
from pressroom_gateway.problems import Problem
from protocol.states import NOW, SOON, STATES

LATER = NOW + timedelta(hours=1)

SAME: dict[str, Any] = {}
CONFLICT = "conflict"
RUNNING = "already_running"
REFUSALS = (CONFLICT, RUNNING)
Outcome = dict[str, Any] | str
"""The fields that change, or the code of the refusal."""

HELD = {"held_by": "me", "held_at": NOW}
FREE = {"held_by": None, "held_at": None, "retry_base_at": NOW}
RECALL = {"recall": True, "directives": 0}
AT_LATER = {"run_at": LATER, "retry_base_at": LATER}
WISH_LATER = {"wished_run_at": LATER, "retry_base_at": LATER}
PUBLISHED = {"status": "pending", "dispatch": 2, "publications": 2, "published_at": NOW}
ANEW = {
    "status": "pending",
    "attempt": 2,
    "attempt_base": 1,
    "out": False,
    "publications": 0,
    "retry_base_at": NOW,
    "error": None,
    "started_at": None,
    "completed_at": None,
    "cancel_requested": None,
}
OVER = dict.fromkeys(("cancelling", "past its day", "completed", "failed", "cancelled", "cancelled unseen"), CONFLICT)

PAUSE: dict[str, Outcome] = {
    **OVER,
    "waits for a place": {"status": "blocked", **HELD},
    "waits for its time": {"status": "blocked", **HELD},
    "paused": SAME,
    "paused before its time": SAME,
    "published": {**HELD, **RECALL},
    "being paused": SAME,
    "being moved": HELD,
    "being resumed": HELD,
    "snoozed": {**HELD, **RECALL},
    "snoozed, being paused": SAME,
    "handed back": {**HELD, **RECALL},
    "running": RUNNING,
    "backs off": {"status": "blocked", **HELD},
}
RESUME: dict[str, Outcome] = {
    **dict.fromkeys(STATES, SAME),
    "paused": {"status": "pending", **FREE},
    "paused before its time": {"status": "scheduled", **FREE},
    "being paused": FREE,
    "snoozed, being paused": FREE,
}
PUT_OFF: dict[str, Outcome] = {
    **OVER,
    "waits for a place": {"status": "scheduled", **AT_LATER},
    "waits for its time": AT_LATER,
    "paused": AT_LATER,
    "paused before its time": AT_LATER,
    "published": {**WISH_LATER, **RECALL},
    "being paused": WISH_LATER,
    "being moved": WISH_LATER,
    "being resumed": WISH_LATER,
    "snoozed": {**WISH_LATER, **RECALL},
    "snoozed, being paused": WISH_LATER,
    "handed back": {**WISH_LATER, **RECALL},
    "running": RUNNING,
    "backs off": {"status": "scheduled", **AT_LATER},
}
BRING_FORWARD: dict[str, Outcome] = {
    **OVER,
    "waits for a place": SAME,
    "waits for its time": {"status": "pending", "run_at": None},
    "paused": SAME,
    "paused before its time": {"run_at": None},
    "published": SAME,
    "being paused": {"wished_run_at": NOW},
    "being moved": {"wished_run_at": NOW},
    "being resumed": {"wished_run_at": NOW},
    "snoozed": {"wished_run_at": NOW, **RECALL},
    "snoozed, being paused": {"wished_run_at": NOW},
    "handed back": SAME,
    "running": RUNNING,
    "backs off": {"status": "pending", "run_at": None},
}
HIGH = {"lane": "high"}
REPRIORITISE: dict[str, Outcome] = {
    **OVER,
    "waits for a place": HIGH,
    "waits for its time": HIGH,
    "paused": HIGH,
    "paused before its time": HIGH,
    "published": {**HIGH, **PUBLISHED},
    "being paused": HIGH,
    "being moved": HIGH,
    "being resumed": HIGH,
    "snoozed": HIGH,
    "snoozed, being paused": HIGH,
    "handed back": {**HIGH, **PUBLISHED},
    "running": RUNNING,
    "backs off": HIGH,
}
TRY_AGAIN: dict[str, Outcome] = {
    **dict.fromkeys(STATES, CONFLICT),
    "waits for its time": {"status": "pending", "run_at": None},
    "snoozed": PUBLISHED,
    "backs off": {"status": "pending", "run_at": None},
    "failed": ANEW,
    "cancelled": ANEW,
    "cancelled unseen": ANEW,
}
ASKED = {"status": "cancelling", "cancel_requested": "request", "directives": 0}
GONE = {"status": "cancelled", "completed_at": NOW, "run_at": None, "error": None, "held_by": None, "held_at": None}
CANCEL: dict[str, Outcome] = {
    **dict.fromkeys(OVER, SAME),
    "waits for a place": GONE,
    "waits for its time": GONE,
    "paused": GONE,
    "paused before its time": GONE,
    "published": ASKED,
    "being paused": ASKED,
    "being moved": ASKED,
    "being resumed": ASKED,
    "snoozed": ASKED,
    "snoozed, being paused": ASKED,
    "handed back": ASKED,
    "running": ASKED,
    "backs off": GONE,
}

Wish = Callable[[Job], Job]
WISHES: dict[str, tuple[Wish, dict[str, Outcome]]] = {
    "pause": (lambda job: pause(job, "me", NOW), PAUSE),
    "resume": (lambda job: resume(job, NOW), RESUME),
    "put off": (lambda job: reschedule(job, LATER, NOW), PUT_OFF),
    "bring forward": (lambda job: reschedule(job, None, NOW), BRING_FORWARD),
    "another lane": (lambda job: reprioritise(job, "high", NOW), REPRIORITISE),
    "try again": (lambda job: try_again(job, NOW), TRY_AGAIN),
    "cancel": (lambda job: request_cancel(job, "request", NOW), CANCEL),
}


def changes(before: Job, after: Job) -> dict[str, Any]:
    was = asdict(before)
    return {name: value for name, value in asdict(after).items() if value != was[name]}


def test_the_tables_know_every_status_and_every_state() -> None:
    assert {job.status for job in STATES.values()} == set(get_args(JobStatus))
    assert all(table.keys() == STATES.keys() for _, table in WISHES.values())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", WISHES)
def test_what_a_wish_makes_of_a_job(name: str, state: str) -> None:
    wish, table = WISHES[name]
    before, expected = STATES[state], table[state]
    if isinstance(expected, str):
        with pytest.raises(Problem) as refused:
            wish(before)
        assert (refused.value.status, refused.value.code) == (409, expected)
    else:
        set_ = {field: value for field, value in expected.items() if value != getattr(before, field)}
        assert changes(before, wish(before)) == set_


REPEATED = [(name, state) for name in WISHES if name != "try again" for state in STATES]


@pytest.mark.parametrize(("name", "state"), [each for each in REPEATED if WISHES[each[0]][1][each[1]] not in REFUSALS])
def test_a_wish_that_is_repeated_changes_nothing_more(name: str, state: str) -> None:
    wish, _ = WISHES[name]
    once = wish(STATES[state])
    assert wish(once) == once


def test_another_lane_is_no_wish_where_it_is_the_jobs_own() -> None:
    job = replace(STATES["published"], lane="high")
    assert reprioritise(job, "high", NOW) is job


def test_a_time_that_was_put_off_does_not_bring_the_day_forward() -> None:
    job = replace(STATES["backs off"], retry_base_at=LATER)
    assert reschedule(job, SOON, NOW).retry_base_at == LATER


def test_a_retry_by_hand_counts_from_the_attempt_that_ended() -> None:
    job = try_again(replace(STATES["failed"], attempt=7, attempt_base=3), NOW)
    assert (job.attempt, job.attempt_base, job.untried) == (8, 7, True)


@pytest.mark.parametrize(("state", "word"), [("completed", "completed"), ("paused", "Resume"), ("running", "process")])
def test_a_refused_retry_says_what_to_do(state: str, word: str) -> None:
    with pytest.raises(Problem, match=word):
        try_again(STATES[state], NOW)
