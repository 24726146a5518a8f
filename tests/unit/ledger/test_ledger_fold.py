"""What each state of a run makes of a job: a table of cases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import Raw

from pressroom_common.contracts import JobError, Snapshot, Usage
from pressroom_common.ids import snapshot_id
from pressroom_gateway.ledger.fold import DEADLINE, PARKED, fold
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.policy import Policy
from protocol.histories import JOB, TENANT, new_job
from protocol.runs import EPOCH, broken

POLICY = Policy(jitter=0.0)
AT = EPOCH + timedelta(minutes=1)
NOW = EPOCH + timedelta(minutes=2)


def told(state: Any, **fields: Any) -> Snapshot:
    """The first thing that a run tells, a minute ago."""
    fields = {"attempt": 1, "claim": 1, "n": 1, "dispatch": 1, "time": AT, "started_at": EPOCH, **fields}
    return Snapshot(
        id=snapshot_id(JOB, fields["attempt"], fields["n"]),
        tenant_id=TENANT,
        job_id=JOB,
        kind="generation.prompt",
        state=state,
        **fields,
    )


def folded(snapshot: Snapshot, **job: Any) -> Job:
    return fold(new_job(**job), snapshot, POLICY, NOW)


ASKED = {"status": "cancelling", "cancel_requested": "request"}
LATE = {"status": "cancelling", "cancel_requested": "deadline"}


@pytest.mark.parametrize(
    ("snapshot", "job", "status"),
    [
        (told("running"), {}, "processing"),
        (told("running"), {"status": "scheduled", "run_at": NOW, "error": broken()}, "processing"),
        (told("running"), ASKED, "cancelling"),
        (told("orphaned"), {"status": "processing"}, "pending"),
        (told("orphaned"), ASKED, "cancelling"),
        (told("snoozed", not_before=NOW, error=broken()), {"status": "processing"}, "scheduled"),
        (told("snoozed", not_before=NOW, error=broken()), ASKED, "cancelling"),
        (told("completed", ended_at=AT), {"status": "processing"}, "completed"),
        (told("completed", ended_at=AT), ASKED, "completed"),
        (told("completed", ended_at=AT), LATE, "completed"),
        (told("cancelled", ended_at=AT, cancelled_by="request"), ASKED, "cancelled"),
        (told("cancelled", ended_at=AT, cancelled_by="request"), LATE, "failed"),
        (told("cancelled", ended_at=AT, cancelled_by="deadline"), LATE, "failed"),
        (told("cancelled", ended_at=AT, cancelled_by="parked"), {}, "failed"),
        (told("failed", ended_at=AT, error=broken()), {"status": "processing"}, "retrying"),
        (told("failed", ended_at=AT, error=broken(permanent=True)), {"status": "processing"}, "failed"),
        (told("failed", ended_at=AT, error=broken()), ASKED, "cancelled"),
        (told("failed", ended_at=AT, error=broken()), LATE, "failed"),
    ],
)
def test_what_a_run_tells_moves_the_job(snapshot: Snapshot, job: dict[str, Any], status: str) -> None:
    assert folded(snapshot, **job).status == status


def test_a_completed_run_brings_its_result_and_its_usage() -> None:
    usage = {"model": Usage(calls=1, output_tokens=7)}
    job = folded(told("completed", ended_at=AT, result=Raw(b'{"content":"text"}'), usage=usage))
    assert (bytes(job.result or b""), job.usage) == (b'{"content":"text"}', usage)
    assert (job.started_at, job.completed_at, job.error, job.run_at) == (EPOCH, AT, None, None)


@pytest.mark.parametrize(("reason", "error"), [("deadline", DEADLINE), ("parked", PARKED), ("request", None)])
def test_a_cancelled_run_says_why_its_job_failed(reason: str, error: JobError | None) -> None:
    assert folded(told("cancelled", ended_at=AT, cancelled_by=reason)).error == error


@pytest.mark.parametrize(("attempt", "wait"), [(1, 60), (2, 300), (3, 1800)])
def test_a_failed_attempt_is_tried_again_counting_from_the_event(attempt: int, wait: float) -> None:
    job = folded(told("failed", attempt=attempt, ended_at=AT, error=broken()), attempt=attempt)
    assert (job.status, job.attempt, job.out, job.confirmed, job.publications) == (
        "retrying",
        attempt + 1,
        False,
        False,
        0,
    )
    assert (job.run_at, job.error) == (AT + timedelta(seconds=wait), broken())


def test_the_last_attempt_that_fails_is_final() -> None:
    job = folded(told("failed", attempt=4, ended_at=AT, error=broken()), attempt=4)
    assert (job.status, job.attempt, job.error, job.completed_at) == ("failed", 4, broken(), AT)


def test_tries_count_from_the_base_that_a_retry_by_hand_sets() -> None:
    job = folded(told("failed", attempt=6, ended_at=AT, error=broken()), attempt=6, attempt_base=5)
    assert (job.status, job.attempt, job.run_at) == ("retrying", 7, AT + timedelta(seconds=60))


def test_nothing_is_tried_again_after_the_day() -> None:
    at = EPOCH + timedelta(hours=24) - timedelta(seconds=60)
    just_in_time = told("failed", ended_at=at - timedelta(seconds=1), error=broken())
    too_late = told("failed", ended_at=at, error=broken())
    assert (folded(just_in_time).status, folded(too_late).status) == ("retrying", "failed")


def test_a_failure_without_a_word_is_ours_and_transient() -> None:
    job = folded(told("failed", ended_at=AT))
    assert job.status == "retrying"
    assert job.error is not None
    assert job.error.code == "internal"


def test_the_same_snapshot_again_says_that_a_running_job_lives() -> None:
    job = new_job(status="processing", n=3, claim=1, heard_at=EPOCH)
    assert fold(job, told("running", n=3), POLICY, NOW).heard_at == NOW
    assert fold(job, told("running", n=2), POLICY, NOW) is job


def test_an_orphan_that_is_told_again_does_not_put_off_its_command() -> None:
    job = new_job(status="pending", n=3, heard_at=EPOCH)
    assert fold(job, told("orphaned", n=3), POLICY, NOW) is job


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
@pytest.mark.parametrize("state", ["running", "orphaned", "completed", "failed", "cancelled"])
def test_a_late_cost_changes_the_usage_of_a_job_that_is_over_and_nothing_else(status: str, state: str) -> None:
    usage = {"model": Usage(calls=1)}
    job = folded(told(state, n=9, usage=usage, error=broken()), status=status, n=5, completed_at=EPOCH)
    assert (job.status, job.attempt, job.completed_at, job.usage, job.n) == (status, 1, EPOCH, usage, 9)


def test_a_late_cost_of_an_earlier_attempt_is_counted_and_moves_nothing() -> None:
    usage = {"model": Usage(calls=2)}
    before = {"status": "retrying", "attempt": 2, "out": False, "n": 2, "run_at": NOW, "heard_at": EPOCH}
    job = folded(told("failed", n=3, usage=usage), **before)
    assert (job.usage, job.n) == (usage, 3)
    assert {name: getattr(job, name) for name in before if name != "n"} == {k: v for k, v in before.items() if k != "n"}


def test_a_ledger_that_came_back_from_a_backup_adopts_the_attempt_that_runs() -> None:
    job = folded(
        told("running", attempt=3, n=8), status="failed", n=2, error=broken(), completed_at=EPOCH, publications=5
    )
    assert (job.status, job.attempt, job.out, job.error, job.completed_at) == ("processing", 3, True, None, None)


@pytest.mark.parametrize(
    ("until", "handed_over", "status"),
    [
        pytest.param(AT + timedelta(seconds=1), False, "failed", id="the client waits: final"),
        pytest.param(AT + timedelta(seconds=1), True, "retrying", id="handed over: tried again"),
        pytest.param(AT, False, "retrying", id="its time was up, though nobody handed it over"),
    ],
)
def test_a_failure_is_final_while_a_client_waits(until: datetime, handed_over: bool, status: str) -> None:
    job = folded(told("failed", error=broken()), sync_until=until, handed_over=handed_over)
    assert job.status == status
