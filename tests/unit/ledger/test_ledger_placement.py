"""Where a job belongs that is not out, what a recall makes of it, and who has or wants a place: complete tables."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from pressroom_common.contracts import Snapshot
from pressroom_common.ids import snapshot_id
from pressroom_gateway.ledger.fold import fold
from pressroom_gateway.ledger.job import Place
from pressroom_gateway.ledger.placement import next_attempt, place_of, placed, recalled, without_wishes
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.transitions import settle
from protocol.histories import JOB, TENANT
from protocol.states import NOW, SOON, STATES

POLICY = Policy(jitter=0.0)
HOUR = timedelta(hours=1)
OTHER = NOW + HOUR

PLACES: dict[str, Place | None] = {
    "waits for a place": "wanted",
    "waits for its time": "wanted",
    "paused": None,
    "paused before its time": None,
    "published": "taken",
    "being paused": "taken",
    "being moved": "taken",
    "being resumed": "taken",
    "snoozed": "taken",
    "snoozed, being paused": "taken",
    "handed back": "taken",
    "running": "taken",
    "backs off": "wanted",
    "cancelling": "taken",
    "past its day": "taken",
    "completed": None,
    "failed": None,
    "cancelled": None,
    "cancelled unseen": None,
}


def test_the_table_knows_every_state() -> None:
    assert PLACES.keys() == STATES.keys()


@pytest.mark.parametrize("state", STATES)
def test_who_has_a_place_and_who_wants_one(state: str) -> None:
    assert place_of(STATES[state]) == PLACES[state]


@pytest.mark.parametrize("state", STATES)
def test_only_who_wants_a_place_waits_behind_a_key_and_nobody_looks_at_him(state: str) -> None:
    behind = replace(STATES[state], behind_key=True, concurrency_key="key")
    job, _ = settle(behind, behind, POLICY, NOW, NOW)
    assert job.behind_key == (place_of(behind) == "wanted")
    assert not job.behind_key or job.due_at is None


@pytest.mark.parametrize(
    ("held_by", "run_at", "status"),
    [
        (None, None, "pending"),
        (None, NOW - HOUR, "pending"),
        (None, NOW, "pending"),
        (None, SOON, "scheduled"),
        ("somebody", None, "blocked"),
        ("somebody", NOW - HOUR, "blocked"),
        ("somebody", NOW, "blocked"),
        ("somebody", SOON, "blocked"),
    ],
)
def test_a_person_holds_it_before_its_time_does(held_by: str | None, run_at: datetime | None, status: str) -> None:
    waiting = replace(STATES["waits for a place"], held_by=held_by, run_at=run_at, behind_key=True)
    assert placed(waiting, NOW) == replace(waiting, status=status, behind_key=False)


@pytest.mark.parametrize(
    ("state", "changed", "status", "run_at"),
    [
        ("being resumed", {}, "pending", None),
        ("being paused", {}, "blocked", None),
        ("being moved", {}, "scheduled", SOON),
        ("being moved", {"wished_run_at": NOW}, "pending", NOW),
        ("being moved", {"held_by": "somebody"}, "blocked", SOON),
        ("snoozed", {}, "scheduled", SOON),
        ("snoozed, being paused", {}, "blocked", SOON),
        ("snoozed, being paused", {"held_by": None}, "scheduled", SOON),
        ("snoozed, being paused", {"wished_run_at": OTHER}, "blocked", OTHER),
        ("snoozed", {"recall": True, "wished_run_at": OTHER}, "scheduled", OTHER),
        ("snoozed", {"recall": True, "wished_run_at": NOW}, "pending", NOW),
    ],
)
def test_what_was_recalled_is_placed_anew_and_uses_up_no_try(
    state: str, changed: dict[str, Any], status: str, run_at: datetime | None
) -> None:
    before = replace(STATES[state], **changed)
    after = recalled(before, before.run_at, NOW)
    assert (after.status, after.run_at, after.error) == (status, run_at, None)
    assert (after.attempt, after.attempt_base) == (before.attempt + 1, before.attempt_base + 1)
    assert (after.out, after.confirmed, after.publications) == (False, False, 0)
    assert (after.recall, after.wished_run_at, after.directives) == (False, None, 0)
    assert (after.held_by, after.dispatch, after.n) == (before.held_by, before.dispatch, before.n)


RECALLING = ("being paused", "being moved", "being resumed", "snoozed, being paused")


def told(state: Any, n: int, **facts: Any) -> Snapshot:
    return Snapshot(
        id=snapshot_id(JOB, 1, n),
        tenant_id=TENANT,
        job_id=JOB,
        kind="generation.prompt",
        attempt=1,
        claim=n,
        n=n,
        dispatch=1,
        state=state,
        time=NOW,
        **facts,
    )


@pytest.mark.parametrize("state", RECALLING)
@pytest.mark.parametrize(
    ("answer", "facts", "status", "goes_on"),
    [
        ("running", {}, "processing", False),
        ("orphaned", {}, "pending", True),
        ("snoozed", {"not_before": SOON}, "scheduled", True),
        ("completed", {}, "completed", False),
        ("cancelled", {"cancelled_by": "request"}, "cancelled", False),
        ("cancelled", {"cancelled_by": "deadline"}, "failed", False),
        ("cancelled", {"cancelled_by": "parked"}, "failed", False),
    ],
)
def test_a_recall_ends_when_somebody_works_or_it_is_over(
    state: str, answer: str, facts: dict[str, Any], status: str, goes_on: bool
) -> None:
    before = STATES[state]
    job = fold(before, told(answer, 9, **facts), POLICY, NOW)
    assert (job.status, job.attempt, job.recall) == (status, 1, goes_on)
    kept = (before.held_by, before.wished_run_at) if goes_on else (None, None)
    assert (job.held_by, job.wished_run_at) == kept


@pytest.mark.parametrize(
    ("state", "status", "run_at"),
    [
        ("being paused", "blocked", NOW + timedelta(seconds=60)),
        ("being moved", "scheduled", SOON),
        ("being resumed", "scheduled", NOW + timedelta(seconds=60)),
        ("snoozed, being paused", "blocked", NOW + timedelta(seconds=60)),
    ],
)
def test_a_run_that_failed_meanwhile_leaves_the_wish_to_the_next_attempt(
    state: str, status: str, run_at: datetime
) -> None:
    before = STATES[state]
    job = fold(before, told("failed", 9), POLICY, NOW)
    assert (job.status, job.attempt, job.attempt_base, job.run_at, job.recall) == (status, 2, 0, run_at, False)
    assert job.held_by == before.held_by


@pytest.mark.parametrize("state", ["published", "handed back", "snoozed", "running"])
def test_a_recall_that_is_answered_late_takes_the_run_back_although_nobody_asks_any_more(state: str) -> None:
    job = fold(STATES[state], told("cancelled", 9, cancelled_by="recall"), POLICY, NOW)
    assert (job.attempt, job.attempt_base, job.out) == (2, 1, False)


@pytest.mark.parametrize(("reason", "status"), [("request", "cancelled"), ("deadline", "failed")])
def test_a_cancel_wins_over_a_recall_that_was_answered_first(reason: Any, status: str) -> None:
    asked = replace(STATES["being paused"], status="cancelling", cancel_requested=reason)
    job = fold(asked, told("cancelled", 9, cancelled_by="recall"), POLICY, NOW)
    assert (job.status, job.attempt, job.held_by, job.recall) == (status, 1, None, False)


def test_of_the_next_attempt_nothing_is_out() -> None:
    job = next_attempt(replace(STATES["published"], confirmed=True))
    assert (job.attempt, job.attempt_base, job.out, job.confirmed, job.publications) == (2, 0, False, False, 0)


def test_without_its_wishes_a_job_keeps_its_pause() -> None:
    job = without_wishes(replace(STATES["being paused"], wished_run_at=SOON))
    assert (job.recall, job.wished_run_at, job.directives, job.held_by) == (False, None, 0, "somebody")
