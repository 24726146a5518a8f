"""The last word of a stream, and the answer to a client that waited in vain."""

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from pressroom_common.contracts import ErrorClass, JobError
from pressroom_gateway.ledger.answers import generation
from pressroom_gateway.live.ending import Results, ending, problem_of
from unit.live.watched import JOB, NOW, completed, job, standing

AGAIN = "Send the request again, or in async mode"


def failed(code: str, detail: str = "The job's own words.", mode: str = "sync", **error: Any) -> Any:
    error_class: ErrorClass = error.pop("error_class", "transient")
    told = JobError(code=code, detail=detail, error_class=error_class, **error)
    return job(status="failed", execution_mode=mode, error=told, completed_at=NOW)


def last_word(of: Any) -> tuple[str, dict[str, Any]]:
    name, body = ending(of, Results())
    return name.decode(), msgspec.json.decode(body)


def test_a_completed_generation_ends_with_what_its_address_shows() -> None:
    done = completed("Tea is 🍵").job
    name, answer = last_word(done)
    assert (name, answer["content"]) == ("result", "Tea is 🍵")
    assert answer == msgspec.json.decode(generation(done).model_dump_json())


def test_another_kind_of_job_ends_with_the_job() -> None:
    name, answer = last_word(job(kind="site.promote", status="completed", result=Raw(b'{"promoted": 3}')))
    assert (name, answer["id"], answer["kind"], answer["status"]) == ("result", str(JOB), "site.promote", "completed")


def test_a_cancelled_job_says_so() -> None:
    assert last_word(standing("cancelled").job) == ("cancelled", {"job_id": str(JOB), "status": "cancelled"})


PROBLEMS = [
    ("provider_rate_limited", 429, "The provider is throttling."),
    ("provider_failed", 502, "The provider could not answer."),
    ("provider_rejected", 400, "The job's own words."),
    ("content_too_large", 422, "The job's own words."),
    ("worker_lost", 502, "The job's own words."),
    ("internal", 502, "The job's own words."),
]


@pytest.mark.parametrize(("code", "status", "detail"), PROBLEMS)
def test_a_failed_job_ends_with_a_problem(code: str, status: int, detail: str) -> None:
    name, told = last_word(failed(code))
    assert (name, told["status"], told["code"], told["job_id"]) == ("error", status, code, str(JOB))
    assert told["detail"].startswith(detail)
    assert told["type"] == "about:blank"
    assert told["title"]


@pytest.mark.parametrize(("code", "status", "detail"), PROBLEMS)
def test_who_waited_is_answered_with_the_same_problem(code: str, status: int, detail: str) -> None:
    problem = problem_of(failed(code))
    assert (problem.status, problem.code) == (status, code)
    assert problem.detail.startswith(detail)
    assert problem.headers["Location"] == f"/v1/generations/{JOB}"


@pytest.mark.parametrize("code", ["provider_rate_limited", "provider_failed"])
def test_who_waits_is_told_to_send_it_again_and_who_follows_is_told_what_the_job_says(code: str) -> None:
    assert AGAIN in problem_of(failed(code)).detail
    assert problem_of(failed(code, mode="async")).detail == "The job's own words."


@pytest.mark.parametrize(("given", "told"), [(7.4, 7), (None, 10)], ids=["as the provider said", "a guess"])
def test_a_throttled_client_is_told_when_to_come_again(given: float | None, told: int) -> None:
    throttled = failed("provider_rate_limited", retry_after=given)
    assert problem_of(throttled).headers["Retry-After"] == str(told)
    assert last_word(throttled)[1]["retry_after"] == told


def test_nobody_else_is_told_when_to_come_again() -> None:
    assert "Retry-After" not in problem_of(failed("provider_failed", retry_after=7)).headers
    assert "retry_after" not in last_word(failed("provider_failed", retry_after=7))[1]


def test_who_waited_for_a_job_that_was_cancelled_is_told_so() -> None:
    problem = problem_of(standing("cancelled").job)
    assert (problem.status, problem.code) == (409, "conflict")
