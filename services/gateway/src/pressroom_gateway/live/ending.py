"""The last word of a stream: how the job ended. Pure."""

from typing import Any

import msgspec
from pydantic import BaseModel

from pressroom_common.contracts import GENERATE_ARTICLE, GENERATE_PROMPT
from pressroom_gateway.articles.answers import UrlOf, article
from pressroom_gateway.ledger.answers import generation, job_outcome
from pressroom_gateway.ledger.records import JobView
from pressroom_gateway.problem_answers import body
from pressroom_gateway.problems import Problem

_RETRY_AFTER = 10
"""Seconds, where the provider named none."""
_AGAIN = "Send the request again, or in async mode, which tries again by itself."
_PROBLEMS: dict[str, tuple[int, str]] = {
    "provider_rate_limited": (429, f"The provider is throttling. Wait for `Retry-After`. {_AGAIN}"),
    "provider_failed": (502, f"The provider could not answer. {_AGAIN}"),
    "provider_rejected": (400, ""),
    "content_too_large": (422, ""),
}
"""By the error's code: the status, and what to do where the job's own words are meant for async mode."""


class Results:
    """A completed job as its own GET shows it; where it has none, with its result. `url_of` a file."""

    def __init__(self, url_of: UrlOf = str) -> None:
        self._url_of = url_of

    def of(self, job: JobView) -> BaseModel:
        if job.kind == GENERATE_PROMPT:
            return generation(job)
        if job.kind == GENERATE_ARTICLE:
            return article(job, self._url_of)
        return job_outcome(job)


def ending(job: JobView, results: Results) -> tuple[bytes, bytes]:
    """The event's name, and its JSON."""
    if job.status == "completed":
        return b"result", results.of(job).model_dump_json().encode()
    if job.status == "cancelled":
        return b"cancelled", msgspec.json.encode({"job_id": job.id, "status": job.status})
    return b"error", msgspec.json.encode(_told(problem_of(job)) | {"job_id": str(job.id)})


def _told(problem: Problem) -> dict[str, Any]:
    """An event has no headers: what they say is in its body."""
    seconds = problem.headers.get("Retry-After")
    return body(problem) | ({"retry_after": int(seconds)} if seconds else {})


def problem_of(job: JobView) -> Problem:
    """A job that ended without a result, as the answer to the client that waited for it."""
    headers = {"Location": f"/v1/generations/{job.id}"}
    if job.error is None:
        return Problem(409, "conflict", "The generation was cancelled while you waited.", headers=headers)
    status, detail = _PROBLEMS.get(job.error.code, (502, job.error.detail))
    if job.execution_mode == "async":
        detail = job.error.detail
    if status == 429:
        headers["Retry-After"] = str(round(job.error.retry_after or _RETRY_AFTER))
    return Problem(status, job.error.code, detail or job.error.detail, headers=headers)
