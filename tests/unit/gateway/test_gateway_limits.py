"""Token buckets, with a clock that is moved by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.accounts.limits import Buckets, buckets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(limit: Buckets, count: int, key: str = "a") -> int:
    """How many of so many requests are allowed."""
    return sum(limit.take(key).wait == 0 for _ in range(count))


def test_a_burst_is_allowed_at_once_and_no_more(clock: Clock) -> None:
    assert taken(Buckets(10, 5, 100, clock), 20) == 5


def test_then_requests_are_allowed_as_fast_as_the_bucket_fills(clock: Clock) -> None:
    limit = Buckets(10, 5, 100, clock)
    taken(limit, 5)
    for _ in range(30):
        clock.now += 0.1
        assert taken(limit, 3) == 1


def test_after_a_pause_the_bucket_is_full_and_no_fuller(clock: Clock) -> None:
    limit = Buckets(10, 5, 100, clock)
    taken(limit, 5)
    clock.now += 3600
    assert taken(limit, 20) == 5


def test_it_says_what_is_left_and_when_to_come_back(clock: Clock) -> None:
    limit = Buckets(2, 3, 100, clock)
    told = [limit.take("a") for _ in range(4)]
    assert [allowance.remaining for allowance in told] == [2, 1, 0, 0]
    assert [allowance.full_in for allowance in told] == pytest.approx([0.5, 1.0, 1.5, 1.5])
    assert [allowance.wait for allowance in told] == pytest.approx([0, 0, 0, 0.5])
    assert limit.wait("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert limit.wait("a") == 0
    assert limit.take("a").wait == 0


def test_headers_are_whole_numbers(clock: Clock) -> None:
    limit = Buckets(2, 3, 100, clock)
    assert limit.take("a").headers() == (
        (b"ratelimit-limit", b"3"),
        (b"ratelimit-remaining", b"2"),
        (b"ratelimit-reset", b"1"),
    )


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    limit = Buckets(1, 1, 100, clock)
    taken(limit, 1000)
    clock.now += 1
    assert taken(limit, 1) == 1


def test_each_key_has_a_bucket_of_its_own(clock: Clock) -> None:
    limit = Buckets(10, 5, 100, clock)
    assert taken(limit, 9, "a") == 5
    assert taken(limit, 9, "b") == 5
    assert limit.wait("c") == 0


def test_only_the_buckets_that_were_used_last_are_kept(clock: Clock) -> None:
    limit = Buckets(1, 1, 3, clock)
    for key in ("a", "b", "c", "a", "d"):  # the second request of a is refused, and counts as a use
        limit.take(key)
        assert len(limit) <= 3
    assert [limit.wait(key) > 0 for key in ("a", "b", "c", "d")] == [True, False, True, True]


def test_a_rate_of_zero_is_no_limit() -> None:
    assert buckets(0, 5, 100) is None
    assert buckets(1, 5, 100) is not None


@given(
    rate=st.sampled_from([0.3, 1.0, 7.0, 50.0, 1000.0]),
    burst=st.integers(1, 300),
    pauses=st.lists(st.floats(0, 5), max_size=60),
)
def test_never_more_than_burst_and_rate_allow(rate: float, burst: int, pauses: list[float]) -> None:
    clock = Clock()
    limit, began, allowed = Buckets(rate, burst, 10, clock), clock.now, 0
    for pause in pauses:
        clock.now += pause
        allowance = limit.take("a")
        allowed += allowance.wait == 0
        assert allowed <= burst + (clock.now - began) * rate + 1e-3
        assert 0 <= allowance.remaining < burst
        assert allowance.full_in <= burst / rate + 1e-6
