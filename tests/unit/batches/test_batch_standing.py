"""Counts that add up, percent, and when a batch will be over."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.contracts import JobStatus
from pressroom_gateway.batches.records import Counts, StatusCount, standing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = get_args(JobStatus)


def counted(status: JobStatus, jobs: int, lately: int = 0, seconds: float = 60.0) -> StatusCount:
    began = NOW - timedelta(seconds=seconds)
    ended = NOW if status in {"completed", "failed", "cancelled"} else None
    return StatusCount(batch_id=UUID(int=1), status=status, jobs=jobs, began=began, ended=ended, lately=lately, now=NOW)


@given(st.dictionaries(st.sampled_from(STATUSES), st.integers(1, 500)), st.integers(0, 50))
def test_counts_add_up_whatever_there_is(found: dict[JobStatus, int], deleted: int) -> None:
    counts = standing(sum(found.values()) + deleted, [counted(status, jobs) for status, jobs in found.items()]).counts
    parts = (counts.blocked, counts.pending, counts.processing, counts.completed, counts.failed, counts.cancelled)
    assert sum(parts) + counts.deleted == counts.total
    assert counts.deleted == deleted
    assert (counts.percent == 100) == (counts.open == 0)
    assert (counts.status == "processing") == (counts.open > 0)


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (Counts(total=2, completed=1, pending=1), "processing"),
        (Counts(total=2, completed=1, blocked=1), "processing"),
        (Counts(total=2, completed=2), "completed"),
        (Counts(total=2, completed=1, deleted=1), "completed"),
        (Counts(total=2, completed=1, failed=1), "partly_completed"),
        (Counts(total=2, completed=1, cancelled=1), "partly_completed"),
        (Counts(total=2, failed=1, cancelled=1), "failed"),
        (Counts(total=2, cancelled=2), "cancelled"),
    ],
)
def test_a_batch_has_the_status_of_its_jobs(counts: Counts, status: str) -> None:
    assert counts.status == status


def test_what_is_left_takes_as_long_as_what_was_done_lately() -> None:
    found = [counted("completed", 30, lately=30), counted("pending", 90)]
    assert standing(120, found).eta == NOW + timedelta(seconds=180)


def test_only_the_last_minutes_tell_the_speed() -> None:
    found = [counted("completed", 1000, lately=30, seconds=7200), counted("pending", 90)]
    assert standing(1090, found).eta == NOW + timedelta(seconds=900)


@pytest.mark.parametrize("found", [[counted("pending", 5)], [counted("completed", 5), counted("pending", 5)]])
def test_nobody_can_tell_where_nothing_ended_lately(found: list[StatusCount]) -> None:
    assert standing(10, found).eta is None


def test_a_batch_that_is_over_says_since_when() -> None:
    over = standing(5, [counted("completed", 5, lately=5)])
    assert (over.eta, over.completed_at) == (None, NOW)
