"""When a failed job is tried again: bounds, and the same time whenever it is asked for."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.ledger.policy import Policy, Waits, doubled
from protocol.profile import examples
from protocol.runs import EPOCH

POLICY = Policy()
JOBS = st.uuids()


@examples(200)
@given(JOBS, st.integers(1, 30))
def test_the_back_off_is_the_policys_within_a_tenth(job_id: UUID, tries: int) -> None:
    seconds = POLICY.backoff[min(tries, 3) - 1]
    assert 0.9 * seconds - 0.001 <= POLICY.back_off(job_id, tries).total_seconds() <= 1.1 * seconds + 0.001


@examples(50)
@given(JOBS, st.integers(1, 5))
def test_the_back_off_is_the_same_whenever_it_is_asked_for(job_id: UUID, tries: int) -> None:
    assert POLICY.back_off(job_id, tries) == Policy().back_off(UUID(str(job_id)), tries)


def test_jobs_that_failed_together_are_not_tried_again_together() -> None:
    waits = [POLICY.back_off(UUID(int=number), 1).total_seconds() for number in range(500)]
    assert len(set(waits)) > 490
    assert min(waits) < 55
    assert max(waits) > 65
    assert abs(sum(waits) / len(waits) - 60) < 1


def test_without_jitter_the_waits_are_exact() -> None:
    policy = Policy(backoff=(1.0, 5.0), jitter=0.0)
    assert [policy.back_off(UUID(int=1), tries) for tries in (1, 2, 3, 9)] == [
        timedelta(seconds=seconds) for seconds in (1, 5, 5, 5)
    ]


def test_nothing_is_tried_a_day_after_the_first_time() -> None:
    assert POLICY.window_ends(EPOCH) == EPOCH + timedelta(hours=24)


@pytest.mark.parametrize(("times", "seconds"), [(0, 5), (1, 10), (3, 40), (4, 60), (31, 60), (10_000, 60)])
def test_a_doubled_wait_grows_to_its_limit(times: int, seconds: float) -> None:
    assert doubled(5.0, times, 60.0) == timedelta(seconds=seconds)


def test_a_queues_wait_is_learned_from_its_own_starts_and_forgotten_again() -> None:
    waits = Waits()
    for _ in range(50):
        waits.began("generator.low", 300.0)
    assert 295 < waits.by_queue["generator.low"] <= 300
    waits.began("generator.low", 0.0)
    assert 265 < waits.by_queue["generator.low"] < 270
    assert waits.by_queue.keys() == {"generator.low"}


def test_one_late_start_says_little() -> None:
    waits = Waits()
    waits.began("generator.low", 300.0)
    assert waits.by_queue["generator.low"] == pytest.approx(30)


@pytest.mark.parametrize(("wait", "seconds"), [(0.0, 60), (30.0, 60), (31.0, 62), (300.0, 600)])
def test_what_nobody_claimed_waits_for_twice_its_queues_wait_and_at_least_a_minute(wait: float, seconds: float) -> None:
    policy = Policy()
    policy.waits.by_queue["generator.low"] = wait
    assert policy.unclaimed("generator.low") == seconds
    assert policy.unclaimed("generator.high") == 60
