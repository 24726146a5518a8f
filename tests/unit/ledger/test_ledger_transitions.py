"""From a decision to what is written: due time, version, and an entry of the log only where the status moved."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pressroom_common.contracts import JobStatus
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.transitions import settle, told
from protocol.histories import new_job
from protocol.runs import EPOCH, broken

POLICY = Policy()
AT = EPOCH + timedelta(seconds=3)
NOW = EPOCH + timedelta(seconds=5)


def test_a_move_is_the_next_entry_of_the_log() -> None:
    before = new_job(version=4)
    job, entry = settle(before, replace(before, status="processing", heard_at=NOW), POLICY, NOW, AT, "generator-1")
    assert entry is not None
    assert (job.version, entry.version) == (5, 5)
    assert (entry.status, entry.attempt, entry.at, entry.worker, entry.error) == (
        "processing",
        1,
        AT,
        "generator-1",
        None,
    )
    assert job.due_at == NOW + timedelta(seconds=POLICY.silence)


def test_a_higher_attempt_is_a_move_although_the_status_is_the_same() -> None:
    before = new_job(status="retrying", out=False, attempt=2)
    _, entry = settle(before, replace(before, attempt=3), POLICY, NOW, AT)
    assert entry is not None
    assert entry.attempt == 3


def test_what_moves_nothing_is_written_without_an_entry() -> None:
    before = new_job(status="processing", heard_at=EPOCH, published_at=EPOCH, version=4)
    job, entry = settle(before, replace(before, heard_at=NOW, n=2), POLICY, NOW, AT)
    assert entry is None
    assert (job.version, job.due_at) == (4, NOW + timedelta(seconds=POLICY.silence))


@pytest.mark.parametrize(
    ("status", "says_why"),
    [("failed", True), ("retrying", True), ("scheduled", True), ("pending", False), ("cancelled", False)],
)
def test_an_entry_says_why_where_something_went_wrong(status: JobStatus, says_why: bool) -> None:
    before = new_job(status="processing")
    _, entry = settle(before, replace(before, status=status, error=broken()), POLICY, NOW, AT)
    assert entry is not None
    assert (entry.error == broken()) == says_why


def test_the_monitor_hears_the_entry_with_the_jobs_own_words() -> None:
    before = new_job(lane="high")
    job, entry = settle(before, replace(before, status="failed", error=broken("provider_failed")), POLICY, NOW, AT)
    assert entry is not None
    transition = told(job, entry)
    assert (transition.job_id, transition.tenant_id, transition.kind) == (job.id, job.tenant_id, job.kind)
    assert (transition.lane, transition.execution_mode, transition.created_at) == ("high", "async", job.created_at)
    assert (transition.status, transition.attempt, transition.version) == ("failed", 1, 2)
    assert (transition.at, transition.error_code) == (AT, "provider_failed")
