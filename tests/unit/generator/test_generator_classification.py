"""What a provider's error means for the job: a table of statuses, codes and Retry-After headers."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_generator.classification import classify, connection_lost, retry_after_seconds, timed_out, unreadable
from protocol.profile import examples

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "code", "expected", "error_class"),
    [
        (400, "context_length_exceeded", "provider_rejected", "permanent"),
        (401, "invalid_api_key", "provider_rejected", "permanent"),
        (403, "", "provider_rejected", "permanent"),
        (404, "model_not_found", "provider_rejected", "permanent"),
        (422, "", "provider_rejected", "permanent"),
        (429, "insufficient_quota", "provider_rejected", "permanent"),
        (403, "insufficient_quota", "provider_rejected", "permanent"),
        (429, "rate_limit_exceeded", "provider_rate_limited", "transient"),
        (429, "", "provider_rate_limited", "transient"),
        (408, "", "provider_failed", "transient"),
        (409, "", "provider_failed", "transient"),
        (500, "server_error", "provider_failed", "transient"),
        (502, "", "provider_failed", "transient"),
        (503, "", "provider_failed", "transient"),
        (599, "", "provider_failed", "transient"),
    ],
)
def test_status_and_code_say_whether_another_try_may_succeed(
    status: int, code: str, expected: str, error_class: str
) -> None:
    error = classify(status, code, None, NOW)
    assert (error.code, error.error_class, error.retry_after) == (expected, error_class, None)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        ("0", 0.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("1e9", 1e9),
        ("inf", None),
        ("1e999", None),
        ("nan", None),
        ("soon", None),
        ("7 seconds", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sun, 01 Mar 2026 14:00:00 +0100", 3600.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", None),
        ("Sun, 01 Mar 99999 12:00:00 GMT", None),
        ("Sun, 32 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_anything_else_is_nothing(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@examples(200)
@given(st.text(max_size=40))
def test_whatever_a_header_holds_the_wait_is_a_number_or_nothing(header: str) -> None:
    seconds = retry_after_seconds(header, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(("status", "code", "retry_after"), [(429, "rate_limit_exceeded", 12.0), (503, "", None)])
def test_only_a_throttled_call_waits_for_as_long_as_it_was_told(
    status: int, code: str, retry_after: float | None
) -> None:
    assert classify(status, code, "12", NOW).retry_after == retry_after


def test_a_quota_that_is_used_up_does_not_wait() -> None:
    assert classify(429, "insufficient_quota", "12", NOW).retry_after is None


def test_our_own_key_is_an_operators_business_and_a_bad_request_the_clients() -> None:
    assert "operator" in classify(401, "invalid_api_key", None, NOW).detail
    assert "context_length_exceeded" in classify(400, "context_length_exceeded", None, NOW).detail


@pytest.mark.parametrize("sent", [True, False])
def test_a_broken_call_is_tried_again_and_says_whether_it_may_have_been_done(sent: bool) -> None:
    for error in (timed_out(300, sent=sent), connection_lost(sent=sent)):
        assert (error.error.error_class, error.sent) == ("transient", sent)


def test_an_answer_that_cannot_be_read_was_paid_for() -> None:
    assert (unreadable().error.error_class, unreadable().sent) == ("transient", True)
