"""How long a job may still take."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.contracts import JobStatus
from pressroom_gateway.live.estimates import NOTHING, Estimate, Estimates, left, size_class
from pressroom_gateway.live.records import Duration
from protocol.profile import examples
from protocol.runs import EPOCH
from unit.live.watched import STATUSES, completed, standing

PROMPT = "generation.prompt"


def duration(median: float, p90: float, model: str | None = None, size: int | None = None) -> Duration:
    return Duration(kind=PROMPT, model=model, size=size, median=median, p90=p90)


KNOWN = duration(4, 10)


def estimate(known: Estimates, seconds: float = 1, status: JobStatus = "processing", size: int = 100) -> Estimate:
    told = standing(status, model="small", input_size=size)
    return known.of(told, EPOCH + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "percent", "eta_ms"),
    [(0, 0, 4000), (1, 10, 3000), (3.9, 39, 100), (4, 40, 6000), (9.99, 99, 10), (10, 99, None), (1000, 99, None)],
)
def test_what_is_left(seconds: float, percent: int, eta_ms: int | None) -> None:
    assert left(seconds, KNOWN) == Estimate(percent, eta_ms)


@given(median=st.floats(0, 600), more=st.floats(0, 600), times=st.lists(st.floats(-5, 2000), min_size=2, max_size=20))
@examples(300)
def test_the_percentage_never_goes_back_nor_says_done(median: float, more: float, times: list[float]) -> None:
    known = duration(median, median + more)
    told = [left(seconds, known) for seconds in sorted(times)]
    percents = [each.percent for each in told if each.percent is not None]
    assert percents == sorted(percents)
    assert all(0 <= percent <= 99 for percent in percents)
    assert all(each.eta_ms is None or each.eta_ms >= 0 for each in told)


@pytest.mark.parametrize("seconds", [-3, 0, 3])
def test_jobs_that_took_no_time_give_no_division_by_it(seconds: float) -> None:
    assert left(seconds, duration(0, 0)).percent in range(100)


def test_a_clock_that_is_behind_the_workers_has_not_begun() -> None:
    assert left(-2, KNOWN).percent == 0


def test_the_nearest_likeness_counts() -> None:
    size = size_class(100)
    of_kind, of_model, of_size = duration(10, 10), duration(20, 20, "small"), duration(50, 50, "small", size)
    assert estimate(Estimates([of_kind, of_model, of_size])).percent == 2
    assert estimate(Estimates([of_kind, of_model, of_size]), size=100_000).percent == 5
    assert estimate(Estimates([of_kind, duration(20, 20, "large")])).percent == 10
    assert estimate(Estimates([of_kind])).percent == 10
    assert estimate(Estimates([])) == NOTHING


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in {"processing", "cancelling"}])
def test_nobody_knows_of_what_no_worker_has(status: JobStatus) -> None:
    expected = Estimate(100, 0) if status == "completed" else NOTHING
    assert estimate(Estimates([KNOWN]), status=status) == expected


def test_a_job_that_is_being_cancelled_still_runs() -> None:
    assert estimate(Estimates([KNOWN]), seconds=5, status="cancelling") == Estimate(50, 5_000)


def test_a_completed_job_is_done_whatever_is_known() -> None:
    assert Estimates().of(completed("Tea"), EPOCH) == Estimate(100, 0)


def test_a_job_whose_start_is_not_known_yet_is_not_estimated() -> None:
    assert Estimates([KNOWN]).of(standing(started_at=None), EPOCH) == NOTHING


@pytest.mark.parametrize(("size", "expected"), [(0, 0), (1, 0), (3, 0), (4, 1), (15, 1), (16, 2), (100, 3), (4**9, 9)])
def test_sizes_are_in_classes_of_four_times_the_last(size: int, expected: int) -> None:
    assert size_class(size) == expected
