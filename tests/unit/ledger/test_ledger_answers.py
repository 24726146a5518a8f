"""What clients see of jobs: attempts read off the log, summaries, usage."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Raw

from pressroom_common.contracts import JobStatus, Usage
from pressroom_gateway.ledger import answers
from pressroom_gateway.ledger.records import JobView, LoggedTransition
from protocol.runs import EPOCH, broken

JOB = UUID(int=7)


def view(**fields: Any) -> JobView:
    """A job as its owner may see it."""
    shown: dict[str, Any] = {
        "id": JOB,
        "kind": "generation.prompt",
        "lane": "default",
        "execution_mode": "async",
        "status": "pending",
        "attempt": 1,
        "attempt_base": 0,
        "run_at": None,
        "created_by": "somebody",
        "prompt_id": None,
        "prompt_version": None,
        "model": "",
        "created_at": EPOCH,
        "started_at": None,
        "completed_at": None,
        "cancel_requested": None,
        "held_by": None,
        "held_at": None,
        "origin_id": None,
        "error": None,
        "usage": {},
        "metadata": None,
        "result": None,
    }
    return JobView(**{**shown, **fields})


def log(*entries: tuple[JobStatus, int]) -> list[LoggedTransition]:
    """One entry a second; what failed says why, and what ran says where."""
    return [
        LoggedTransition(
            version=place + 1,
            status=status,
            attempt=attempt,
            at=EPOCH + timedelta(seconds=place),
            error=broken() if status in {"failed", "retrying"} else None,
            worker="generator-1" if status not in {"pending", "cancelling"} else "",
        )
        for place, (status, attempt) in enumerate(entries)
    ]


def seen(entries: list[LoggedTransition]) -> list[tuple[int, JobStatus, int | None, int | None, bool]]:
    """Number, status, seconds of start and end, whether there is an error."""
    return [
        (
            attempt.attempt,
            attempt.status,
            (attempt.started_at - EPOCH).seconds if attempt.started_at else None,
            (attempt.ended_at - EPOCH).seconds if attempt.ended_at else None,
            attempt.error is not None,
        )
        for attempt in answers.attempts(entries)
    ]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], []),
        ([("pending", 1)], [(1, "pending", None, None, False)]),
        ([("pending", 1), ("blocked", 2)], [(2, "blocked", None, None, False)]),
        ([("pending", 1), ("processing", 1), ("completed", 1)], [(1, "completed", 1, 2, False)]),
        (
            [("pending", 1), ("processing", 1), ("pending", 1), ("processing", 1), ("completed", 1)],
            [(1, "completed", 1, 4, False)],
        ),
        ([("pending", 1), ("processing", 1), ("retrying", 2)], [(1, "failed", 1, 2, True)]),
        (
            [("pending", 1), ("processing", 1), ("retrying", 2), ("pending", 2), ("processing", 2), ("failed", 2)],
            [(1, "failed", 1, 2, True), (2, "failed", 4, 5, True)],
        ),
        ([("pending", 1), ("cancelling", 1), ("cancelled", 1)], [(1, "cancelled", None, 2, False)]),
        (
            [("pending", 1), ("processing", 1), ("retrying", 2), ("cancelled", 2)],
            [(1, "failed", 1, 2, True), (2, "cancelled", None, 3, False)],
        ),
    ],
)
def test_attempts_are_read_off_the_log(entries: list[tuple[JobStatus, int]], expected: list[Any]) -> None:
    assert seen(log(*entries)) == expected


def test_an_attempt_names_the_worker_that_had_it() -> None:
    [attempt] = answers.attempts(log(("pending", 1), ("processing", 1), ("completed", 1)))
    assert attempt.worker == "generator-1"


def test_a_summary_folds_nine_statuses_to_five() -> None:
    statuses: tuple[JobStatus, ...] = (
        *("blocked", "scheduled", "pending", "retrying"),
        *("processing", "cancelling", "completed", "failed", "cancelled"),
    )
    summary = answers.summary({UUID(int=place): status for place, status in enumerate(statuses)})
    assert (summary.total, summary.pending, summary.processing) == (9, 4, 2)
    assert (summary.completed, summary.failed, summary.cancelled) == (1, 1, 1)
    assert [item.status for item in summary.jobs] == list(statuses)


def test_usage_is_the_sum_over_models() -> None:
    usage = {
        "small": Usage(calls=2, input_tokens=3, output_tokens=5),
        "large": Usage(calls=1, input_tokens=10, estimated_calls=1),
    }
    told = answers.generation(view(usage=usage)).usage
    assert told is not None
    assert (told.calls, told.input_tokens, told.output_tokens, told.total_tokens) == (3, 13, 5, 18)
    assert (told.estimated, told.possible_double_charge) == (True, False)


def test_a_call_whose_answer_was_lost_may_have_been_charged() -> None:
    told = answers.generation(view(usage={"small": Usage(calls=1, unknown_calls=1)})).usage
    assert told is not None
    assert told.possible_double_charge


def test_a_job_that_used_nothing_has_no_usage() -> None:
    assert answers.generation(view()).usage is None


def test_a_completed_generation_shows_its_text_its_model_and_its_time() -> None:
    result = Raw(b'{"content":"A text.","model":"gpt-x"}')
    ended = EPOCH + timedelta(milliseconds=1234)
    shown = answers.generation(
        view(status="completed", result=result, model="asked", started_at=EPOCH, completed_at=ended)
    )
    assert (shown.content, shown.model, shown.generation_time_ms) == ("A text.", "gpt-x", 1234)


def test_a_generation_that_has_not_begun_shows_the_model_that_was_asked_for() -> None:
    assert answers.generation(view(model="asked")).model == "asked"
    assert answers.generation(view()).model is None


@pytest.mark.parametrize(("permanent", "retryable"), [(False, True), (True, False)])
def test_an_error_says_whether_trying_again_makes_sense(permanent: bool, retryable: bool) -> None:
    shown = answers.generation(view(status="failed", error=broken("provider_rejected", permanent=permanent)))
    assert shown.error is not None
    assert (shown.error.code, shown.error.retryable) == ("provider_rejected", retryable)


def test_what_a_client_notes_comes_back_as_it_was() -> None:
    metadata = {"order": 7, "tags": ["a", None]}
    assert answers.job_answer(view(metadata=Raw(msgspec.json.encode(metadata)))).metadata == metadata


def test_the_answer_to_a_new_job_links_to_it() -> None:
    told = answers.Accepted.model_validate_json(answers.accepted(JOB, "pending"))
    assert (told.id, told.status) == (JOB, "pending")
    assert (told.links.self, told.links.job) == (f"/v1/generations/{JOB}", f"/v1/jobs/{JOB}")
