"""What is due for a job, and what is done then: tables of cases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from pressroom_gateway.ledger.dispatch import act, due_at, publish, request_cancel
from pressroom_gateway.ledger.fold import DEADLINE
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.wishes import pause, try_again
from protocol.histories import new_job
from protocol.runs import EPOCH, broken

POLICY = Policy()
NOW = EPOCH + timedelta(minutes=10)


def after(seconds: float, since: datetime = NOW) -> datetime:
    return since + timedelta(seconds=seconds)


WAITING = {"status": "retrying", "out": False, "attempt": 2, "run_at": after(30), "error": broken()}


@pytest.mark.parametrize(
    ("job", "due"),
    [
        pytest.param({"published_at": NOW}, after(10), id="published: when no confirmation came"),
        pytest.param({"published_at": NOW, "confirmed": True}, after(60), id="confirmed: when nobody claimed it"),
        pytest.param({"published_at": NOW, "confirmed": True, "publications": 2}, after(120), id="again: twice that"),
        pytest.param({"published_at": NOW, "confirmed": True, "publications": 40}, after(900), id="at most 15 min"),
        pytest.param({"published_at": None}, NOW, id="out, but never published: now"),
        pytest.param({"published_at": EPOCH, "heard_at": after(1, EPOCH)}, NOW, id="handed back since: now"),
        pytest.param({"published_at": after(1, EPOCH), "heard_at": EPOCH}, after(11, EPOCH), id="orphaned before it"),
        pytest.param({"status": "processing", "heard_at": NOW}, after(35), id="running: after three heartbeats"),
        pytest.param({"status": "scheduled", "out": False, "run_at": after(99)}, after(99), id="a wish: its time"),
        pytest.param({"status": "scheduled", "out": True, "run_at": after(7)}, after(7), id="snoozed: its time"),
        pytest.param(WAITING, after(30), id="retrying: its time"),
        pytest.param({"status": "pending", "out": False}, EPOCH, id="not out, and nothing holds it: since it was made"),
        pytest.param({"status": "blocked", "out": False}, None, id="blocked: never"),
        pytest.param({"status": "completed"}, None, id="completed: never"),
        pytest.param({"status": "failed"}, None, id="failed: never"),
        pytest.param({"status": "cancelled", "cancel_requested": "request"}, None, id="cancelled: never"),
        pytest.param({"status": "cancelling", "cancel_requested": "request"}, after(5), id="asked: told again"),
        pytest.param(
            {"status": "cancelling", "cancel_requested": "request", "directives": 3},
            after(20),
            id="told: later",
        ),
        pytest.param(
            {"status": "cancelling", "cancel_requested": "deadline", "directives": 9}, after(60), id="at most a minute"
        ),
    ],
)
def test_when_the_dispatcher_must_look_again(job: dict[str, Any], due: datetime | None) -> None:
    assert due_at(new_job(**job), POLICY, NOW) == due


@pytest.mark.parametrize(("publications", "seconds"), [(1, 400), (2, 800), (3, 900)])
def test_in_a_slow_queue_a_confirmed_command_may_lie_for_longer(publications: int, seconds: float) -> None:
    slow = Policy()
    slow.waits.by_queue["generator.default"] = 200.0
    job = new_job(published_at=NOW, confirmed=True, publications=publications)
    assert due_at(job, slow, NOW) == after(seconds)
    assert due_at(replace(job, lane="high"), slow, NOW) == due_at(replace(job, lane="high"), POLICY, NOW)
    assert due_at(replace(job, confirmed=False), slow, NOW) == due_at(replace(job, confirmed=False), POLICY, NOW)


@pytest.mark.parametrize(
    ("job", "status"),
    [
        ({}, "pending"),
        ({"status": "scheduled", "out": True, "run_at": EPOCH}, "pending"),
        ({"status": "scheduled", "out": False, "dispatch": 0, "publications": 0, "run_at": EPOCH}, "pending"),
        (WAITING, "pending"),
        ({"status": "processing", "n": 1, "claim": 1, "heard_at": EPOCH}, "processing"),
    ],
)
def test_what_is_due_is_published_under_a_new_number_and_its_own_attempt(job: dict[str, Any], status: str) -> None:
    before = new_job(**job)
    published, action = act(before, POLICY, NOW)
    assert action == "publish"
    assert (published.status, published.out, published.confirmed, published.published_at) == (status, True, False, NOW)
    assert (published.dispatch, published.publications) == (before.dispatch + 1, before.publications + 1)
    assert (published.attempt, published.n, published.claim) == (before.attempt, before.n, before.claim)


def test_a_cancel_that_nobody_answered_is_told_again_and_counted() -> None:
    job = new_job(status="cancelling", cancel_requested="request", directives=2)
    assert act(job, POLICY, NOW) == (replace(job, directives=3), "cancel")


def test_a_job_whose_day_is_over_is_ended_by_its_run_where_that_may_live() -> None:
    late = after(1, POLICY.window_ends(EPOCH))
    asked, action = act(new_job(), POLICY, late)
    assert (action, asked.status, asked.cancel_requested, asked.directives) == ("cancel", "cancelling", "deadline", 1)


def test_a_job_whose_day_is_over_and_that_is_not_out_fails_at_once() -> None:
    late = after(1, POLICY.window_ends(EPOCH))
    ended, action = act(new_job(**WAITING), POLICY, late)
    assert (action, ended.status, ended.error, ended.completed_at) == ("none", "failed", DEADLINE, late)


def test_a_day_counts_from_the_first_time_that_it_could_run() -> None:
    job = new_job(retry_base_at=after(3600, EPOCH))
    assert act(job, POLICY, after(1, POLICY.window_ends(EPOCH)))[1] == "publish"


def test_a_cancel_that_was_asked_for_keeps_its_reason_when_the_day_is_over() -> None:
    job = new_job(status="cancelling", cancel_requested="request")
    asked, action = act(job, POLICY, after(1, POLICY.window_ends(EPOCH)))
    assert (action, asked.cancel_requested) == ("cancel", "request")


@pytest.mark.parametrize("status", ["pending", "processing", "scheduled"])
def test_a_cancel_of_what_is_out_leaves_the_end_to_the_run(status: str) -> None:
    asked = request_cancel(new_job(status=status), "request", NOW)
    assert (asked.status, asked.cancel_requested, asked.completed_at) == ("cancelling", "request", None)


@pytest.mark.parametrize("status", ["pending", "scheduled", "retrying", "blocked"])
@pytest.mark.parametrize(("reason", "end"), [("request", "cancelled"), ("deadline", "failed")])
def test_a_cancel_of_what_is_not_out_ends_it(status: str, reason: Any, end: str) -> None:
    ended = request_cancel(new_job(status=status, out=False, run_at=NOW, error=broken()), reason, NOW)
    assert (ended.status, ended.completed_at, ended.run_at) == (end, NOW, None)
    assert ended.error == (DEADLINE if reason == "deadline" else None)


@pytest.mark.parametrize("reason", ["request", "deadline"])
def test_a_paused_job_that_was_ended_is_paused_no_more_when_it_is_tried_again(reason: Any) -> None:
    ended = request_cancel(pause(new_job(out=False), "key:somebody", NOW), reason, NOW)
    assert (ended.held_by, ended.held_at) == (None, None)
    assert try_again(ended, NOW).status == "pending"


@pytest.mark.parametrize(
    "job",
    [
        {"status": "completed"},
        {"status": "failed"},
        {"status": "cancelled"},
        {"status": "cancelling", "cancel_requested": "request"},
        {"status": "cancelling", "cancel_requested": "deadline"},
    ],
)
def test_a_cancel_of_what_ends_or_has_ended_changes_nothing(job: dict[str, Any]) -> None:
    before = new_job(**job)
    assert request_cancel(before, "request", NOW) is before


def test_a_publication_leaves_what_the_run_told_alone() -> None:
    job: Job = new_job(status="processing", n=7, claim=3, error=None, started_at=EPOCH)
    told = publish(job, NOW)
    assert (told.n, told.claim, told.started_at, told.status) == (7, 3, EPOCH, "processing")
