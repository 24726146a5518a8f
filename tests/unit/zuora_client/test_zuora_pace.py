"""How many calls at once are allowed: rules by example, and what holds whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from pressroom_zuora_sync.zuora.pace import Pace, begun, failed, pushed_back, succeeded, told


def after_successes(pace: Pace, calls: int) -> Pace:
    for _ in range(calls):
        pace = succeeded(pace)
    return pace


def test_the_limit_doubles_in_a_round_until_zuora_pushes_back() -> None:
    assert after_successes(begun(8, 40), 8).allowed(0.0) == 16
    assert after_successes(begun(8, 40), 100).allowed(0.0) == 40


def test_after_a_push_back_it_grows_by_one_in_a_round() -> None:
    pace = pushed_back(after_successes(begun(8, 40), 100), started=1.0, now=2.0, wait=None)
    assert pace.allowed(2.0) == 20
    assert after_successes(pace, 21).allowed(2.0) == 21


def test_all_push_backs_of_one_round_count_once() -> None:
    pace = after_successes(begun(8, 40), 100)
    for moment in range(30):
        pace = pushed_back(pace, started=1.0, now=2.0 + moment / 100, wait=None)
    assert pace.allowed(3.0) == 20
    assert pushed_back(pace, started=2.5, now=3.0, wait=None).allowed(3.0) == 10


def test_single_failures_change_nothing_and_a_burst_halves() -> None:
    pace = begun(8, 8)
    for _ in range(20):
        pace = succeeded(failed(failed(pace, 1.0, 2.0), 1.0, 2.0))
    assert pace.allowed(2.0) == 8
    for _ in range(3):
        pace = failed(pace, 1.0, 2.0)
    assert pace.allowed(2.0) == 4


def test_nobody_calls_before_the_time_that_zuora_asked_for() -> None:
    pace = pushed_back(begun(8, 8), started=0.0, now=10.0, wait=5.0)
    assert pace.allowed(14.9) == 0
    assert pace.opens_at(12.0) == 15.0
    assert pace.allowed(15.0) == 4


def test_no_more_calls_go_out_than_remain() -> None:
    pace = told(begun(8, 8), remaining=3, seconds=10.0, now=0.0)
    assert pace.allowed(1.0) == 3
    pace = told(pace, remaining=0, seconds=9.0, now=1.0)
    assert pace.allowed(9.9) == 0
    assert pace.opens_at(2.0) == 10.0
    assert pace.allowed(10.0) == 8


def test_an_answer_that_was_overtaken_brings_no_calls_back() -> None:
    pace = told(told(begun(8, 8), remaining=2, seconds=10.0, now=0.0), remaining=5, seconds=10.0, now=0.1)
    assert pace.allowed(1.0) == 2
    assert told(pace, remaining=50, seconds=10.0, now=10.0).allowed(10.0) == 8


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["success", "failure", "push_back", "told"]),
        st.floats(0, 30),
        st.integers(0, 100),
    ),
    max_size=200,
)


@given(concurrency=st.integers(1, 40), most=st.integers(1, 40), events=EVENTS)
def test_whatever_happens_the_limit_stays_between_one_and_its_most(
    concurrency: int, most: int, events: list[tuple[str, float, int]]
) -> None:
    pace, now = begun(concurrency, most), 0.0
    for event, seconds, number in events:
        started, now = now, now + seconds
        if event == "success":
            pace = succeeded(pace)
        elif event == "failure":
            pace = failed(pace, started, now)
        elif event == "push_back":
            pace = pushed_back(pace, started, now, seconds)
        else:
            pace = told(pace, number, seconds, now)
        assert 0 <= pace.allowed(now) <= most
        assert pace.opens_at(now) - now <= 30
        assert 1 <= pace.allowed(pace.opens_at(now) + 30.001) <= most
