"""Sync mode of `POST /v1/generations`: the answer is the finished generation, an error of its own, or the hand-over."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from pressroom_gateway.problems import Problem

from .answers import generation, handed_over
from .forms import NewGeneration
from .records import JobView, MadeJob
from .sync import SyncRequests

TOO_LONG = "Generation is taking longer than expected. It goes on in the background."

Submit = Callable[[NewGeneration, datetime | None], Awaitable[MadeJob]]


async def generate_now(request: Request, wish: NewGeneration, tenant_id: UUID, submit: Submit) -> Response:
    """`submit` makes the job. Raises Problem, also for a generation that failed while the client waited."""
    requests: SyncRequests = request.app.state.sync
    full = requests.full(tenant_id)
    if full is not None:
        made = await submit(wish.model_copy(update={"execution_mode": "async", "priority": wish.lane}), None)
        return _accepted(made.id, made.status, f"{full} The generation goes on in the background.")
    seconds = requests.wait_seconds(wait_of(request.headers.get("prefer")))
    made = await submit(wish, datetime.now(UTC) + timedelta(seconds=seconds))
    job = await requests.result(tenant_id, made, seconds, disconnected(request))
    if job is None:
        return _accepted(made.id, "pending", TOO_LONG)
    if job.status == "completed":
        body = generation(job).model_dump_json()
        return Response(body, headers=_location(job.id), media_type="application/json")
    raise problem_of(job)


def wait_of(prefer: str | None) -> float | None:
    """Seconds of the header `Prefer: wait=N` (RFC 7240)."""
    found = re.search(r"(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])", prefer or "")
    return float(found[1]) if found else None


async def disconnected(request: Request) -> None:
    """Returns when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def problem_of(job: JobView) -> Problem:
    """A generation that ended without a text, as the answer to the client that waited for it."""
    if job.error is None:
        return Problem(409, "conflict", "The generation was cancelled while you waited.", headers=_location(job.id))
    status, detail = _PROBLEMS.get(job.error.code, (502, job.error.detail))
    headers = _location(job.id)
    if status == 429:
        headers["Retry-After"] = str(round(job.error.retry_after or _RETRY_AFTER))
    return Problem(status, job.error.code, detail or job.error.detail, headers=headers)


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


def _accepted(job_id: UUID, status: Any, detail: str) -> Response:
    body = handed_over(job_id, status, detail).model_dump_json()
    return Response(body, 202, headers=_location(job_id), media_type="application/json")


def _location(job_id: UUID) -> dict[str, str]:
    return {"Location": f"/v1/generations/{job_id}"}
