"""What becomes of a job as those stand that it depends on: a complete table."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec import MsgspecError, Raw
from msgspec.structs import asdict, replace

from pressroom_common.contracts import JobError
from pressroom_gateway.ledger.dependencies import decided, filled
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.records import Needed, Output
from protocol.states import NOW, STATES

WAITS = replace(STATES["waits for a place"], status="blocked", place=None, waits_on=2)
SKIPS = replace(WAITS, on_failure="skip")
BY_OTHERS = replace(
    WAITS,
    status="failed",
    completed_at=NOW,
    error=JobError(code="dependency_failed", detail="", error_class="permanent"),
)
BY_ITSELF = replace(BY_OTHERS, error=JobError(code="provider_rejected", detail="", error_class="permanent"))
BY_A_PERSON = replace(WAITS, status="cancelled", completed_at=NOW)
HELD = replace(WAITS, held_by="key:x", held_at=NOW)
LATER = replace(WAITS, run_at=NOW + timedelta(hours=1))
AGAIN = {"attempt": 2, "attempt_base": 1, "error": None, "completed_at": None, "retry_base_at": NOW}
SAME: dict[str, Any] = {}


def because(detail: str) -> JobError:
    """What is told of a job that others ended: of the present culprit."""
    told = detail.format(retry="Retry that one: this one follows.", send="Submit the job again.")
    return JobError(code="dependency_failed", detail=told, error_class="permanent")


def needs(*statuses: str) -> list[Needed]:
    return [Needed(id=uuid4(), name=f"n{number}", status=status) for number, status in enumerate(statuses)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "statuses", "changes"),
    [
        (WAITS, ("pending", "processing"), SAME),
        (WAITS, ("retrying", "cancelling"), SAME),
        (WAITS, ("completed", "processing"), {"waits_on": 1}),
        (WAITS, ("completed", "completed"), {"waits_on": 0, "status": "pending", "retry_base_at": NOW}),
        (LATER, ("completed", "completed"), {"waits_on": 0, "status": "scheduled", "retry_base_at": NOW}),
        (HELD, ("completed", "completed"), {"waits_on": 0, "retry_base_at": NOW}),
        (BY_OTHERS, ("failed", "completed"), {"error": because("It depends on the job n0, which failed. {retry}")}),
        (BY_OTHERS, ("gone", "completed"), {"error": because("It depends on the job n0, which was deleted. {send}")}),
        (BY_OTHERS, ("pending", "completed"), {**AGAIN, "status": "blocked", "waits_on": 1}),
        (BY_OTHERS, ("completed", "completed"), {**AGAIN, "status": "pending", "waits_on": 0}),
        (BY_ITSELF, ("completed", "completed"), SAME),
        (BY_A_PERSON, ("completed", "failed"), SAME),
        (replace(WAITS, waits_on=0, status="pending"), ("failed", "failed"), SAME),
    ],
)
def test_a_job_is_released_blocked_again_or_left_alone(job: Job, statuses: Any, changes: dict[str, Any]) -> None:
    after, before = asdict(decided(job, needs(*statuses), NOW)), asdict(job)
    assert {name: after[name] for name in after if after[name] != before[name]} == {
        name: value for name, value in changes.items() if before[name] != value
    }


@pytest.mark.parametrize(("job", "status", "code"), [(WAITS, "failed", "failed"), (SKIPS, "cancelled", "skipped")])
@pytest.mark.parametrize(
    ("culprit", "word"), [("failed", "failed"), ("cancelled", "was cancelled"), ("gone", "was deleted")]
)
def test_it_ends_by_its_policy_and_names_the_culprit(job: Job, status: str, code: str, culprit: str, word: str) -> None:
    ended = decided(replace(job, held_by="key:x"), needs("processing", culprit), NOW)
    assert (ended.status, ended.completed_at, ended.held_by, ended.waits_on) == (status, NOW, None, 2)
    assert ended.error is not None
    assert ended.error.code == f"dependency_{code}"
    assert f"job n1, which {word}" in ended.error.detail


def test_what_was_decided_once_is_decided_for_good() -> None:
    for statuses in (("completed", "completed"), ("failed", "pending"), ("completed", "pending")):
        once = decided(WAITS, needs(*statuses), NOW)
        assert decided(once, needs(*statuses), NOW + timedelta(hours=1)) == once


def output(token: str, content: str) -> Output:
    return Output(token=token, result=Raw(f'{{"content":"{content}","model":"m"}}'.encode()))


def test_texts_of_others_are_never_looked_at() -> None:
    made = filled(Raw(b'{"prompt":"<a> and <b>"}'), [output("<a>", "<b> {{x}}"), output("<b>", "two")])
    assert b'"<b> {{x}} and two"' in bytes(made)


@pytest.mark.parametrize(
    ("input_", "result"),
    [(b"{}", b'{"content":"x","model":"m"}'), (b'{"prompt":"<a>"}', b"{}"), (b'{"prompt":"<a>"}', None)],
)
def test_what_is_not_as_it_should_be_fills_nothing(input_: bytes, result: bytes | None) -> None:
    with pytest.raises(MsgspecError):
        filled(Raw(input_), [Output(token="<a>", result=Raw(result) if result else None)])
