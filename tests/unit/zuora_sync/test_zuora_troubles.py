"""When failed exports are each their own trouble, and when they are one of all."""

import pytest

from pressroom_common.worker import JobFailed, Snoozed
from pressroom_zuora_sync.syncing.troubles import Troubles, ending
from pressroom_zuora_sync.zuora.errors import Code, Sort, ZuoraError


def error(code: Code, sort: Sort = "permanent", retry_after: float | None = None) -> ZuoraError:
    return ZuoraError(code, f"{code}.", sort, retry_after)


FORBIDDEN = error("export_forbidden", "configuration")
AWAY = error("unavailable", "transient")


def test_exports_that_are_all_forbidden_are_one_error_at_the_end() -> None:
    troubles = Troubles(answered=False)
    for _ in range(200):
        troubles.failure(FORBIDDEN)
    assert troubles.doubtful
    assert not troubles.settled
    with pytest.raises(ZuoraError, match="export_forbidden"):
        troubles.over([])


@pytest.mark.parametrize("outcome", ["unchanged", "restored"])
def test_those_that_were_not_asked_for_make_each_refusal_its_own(outcome: str) -> None:
    troubles = Troubles(answered=False)
    for _ in range(200):
        troubles.failure(FORBIDDEN)
    troubles.over(["export_failed", outcome])
    assert troubles.settled


def test_one_that_is_answered_makes_each_failure_its_own() -> None:
    troubles = Troubles(answered=False)
    for _ in range(5):
        troubles.failure(FORBIDDEN)
    troubles.answer()
    assert troubles.settled
    for _ in range(100):
        troubles.failure(error("refused"))
        troubles.failure(FORBIDDEN)
    assert not troubles.doubtful


def test_what_cannot_be_read_is_no_proof_of_a_right() -> None:
    """As where somebody between answers with pages of HTML, and status 200."""
    troubles = Troubles(answered=False)
    troubles.failure(FORBIDDEN)
    troubles.failure(error("malformed"))
    assert not troubles.settled
    with pytest.raises(ZuoraError, match="malformed"):
        troubles.over([])


def test_refusals_are_no_sign_that_zuora_is_away() -> None:
    troubles = Troubles(answered=True)
    for _ in range(5):
        for _ in range(9):
            troubles.failure(AWAY)
        troubles.failure(FORBIDDEN)
        assert not troubles.perhaps_away


def test_many_without_an_answer_in_a_row_may_mean_that_zuora_is_away() -> None:
    troubles = Troubles(answered=True)
    for _ in range(9):
        troubles.failure(AWAY)
    troubles.answer()
    for _ in range(9):
        troubles.failure(AWAY)
        assert not troubles.perhaps_away
    troubles.failure(AWAY)
    assert troubles.perhaps_away
    troubles.there()
    assert not troubles.perhaps_away


def test_it_is_of_no_use_to_go_on_where_nothing_is_answered_for_long() -> None:
    now = 0.0
    troubles = Troubles(answered=True, now=lambda: now)
    troubles.failure(AWAY)
    now = 599
    troubles.there()
    troubles.failure(AWAY)
    assert not troubles.hopeless
    now = 601
    assert troubles.hopeless
    troubles.answer()
    assert not troubles.hopeless


@pytest.mark.parametrize("code", ["bad_credentials", "rate_limited", "host_not_allowed", "listing_forbidden"])
def test_what_no_export_can_escape_ends_it_at_once(code: Code) -> None:
    with pytest.raises(ZuoraError, match=code):
        Troubles(answered=True).failure(error(code))


def test_one_that_may_not_be_asked_for_by_its_id_is_no_trouble_of_all() -> None:
    troubles = Troubles(answered=True)
    for _ in range(100):
        troubles.silence(error("workflow_forbidden", "configuration"))
    assert not troubles.perhaps_away


@pytest.mark.parametrize("code", ["export_missing", "export_too_large"])
def test_an_answer_that_cannot_be_used_is_an_answer(code: Code) -> None:
    troubles = Troubles(answered=False)
    for _ in range(100):
        troubles.failure(error(code))
    assert troubles.settled


def test_an_attempt_ends_as_the_error_says() -> None:
    failed = ending(FORBIDDEN, 3600, 1)
    assert isinstance(failed, JobFailed)
    assert (failed.error.code, failed.error.error_class) == ("export_forbidden", "permanent")
    failed = ending(AWAY, 3600, 1)
    assert isinstance(failed, JobFailed)
    assert failed.error.error_class == "transient"
    snoozed = ending(error("rate_limited", "transient", 31_536_000), 3600, 1)
    assert isinstance(snoozed, Snoozed)
    assert (snoozed.seconds, snoozed.error.retry_after) == (3600, 3600)


@pytest.mark.parametrize(
    ("asked", "claim", "seconds"),
    [(0, 1, 5), (0, 2, 10), (0, 5, 60), (0, 5000, 60), (7, 1, 7), (7, 2, 10), (90, 9, 90)],
)
def test_a_snooze_is_as_long_as_zuora_asks_and_longer_each_time_where_it_asks_for_nothing(
    asked: float, claim: int, seconds: float
) -> None:
    snoozed = ending(error("rate_limited", "transient", asked), 3600, claim)
    assert isinstance(snoozed, Snoozed)
    assert snoozed.seconds == seconds
