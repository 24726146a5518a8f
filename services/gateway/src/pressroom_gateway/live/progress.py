"""How far a job is, from what the ledger and its worker say. Pure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from pressroom_common.contracts import JobStatus, total_usage
from pressroom_gateway.ledger.records import JobView

from .channel import Channel
from .estimates import Estimates

_CHARACTERS_PER_TOKEN = 4
"""Roughly so for English: good for a number that grows on a screen, and never billed."""
_STEPS = frozenset({"preparing", "calling_model", "saving"})
MESSAGES = {
    "waiting": "Waiting for its turn",
    "scheduled": "Waiting for its time",
    "paused": "Paused",
    "retrying": "Waiting for the next try",
    "preparing": "Preparing request",
    "calling_model": "Calling the model",
    "saving": "Saving content",
    "cancelling": "Stopping",
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
"""What is told of a job, by its code."""
_CODES: dict[JobStatus, str] = {"blocked": "paused", "pending": "waiting"}
"""Of statuses that are called otherwise than their codes."""


class Progress(Struct, frozen=True, kw_only=True):
    """What a poller gets."""

    job_id: UUID
    status: JobStatus
    step: str | None
    progress: int | None
    """Percent; null where nobody can tell."""
    message_code: str
    message: str
    completed: int
    """Parts that are done, of `total`."""
    total: int
    parts: tuple[Any, ...] = ()
    tokens: int | None
    """Of the text; counted roughly until the provider tells."""
    elapsed_ms: int
    """Since a worker first took it."""
    eta_ms: int | None
    """What is left, as jobs like it went; null where nobody can tell."""
    is_completed: bool
    is_failed: bool
    updated_at: datetime


def progress_of(channel: Channel, estimates: Estimates, now: datetime) -> Progress:
    """Of a channel that knows how its job stands."""
    assert channel.standing is not None
    job = channel.standing.job
    code = code_of(channel)
    estimate = estimates.of(channel.standing, now)
    done = job.status == "completed"
    return Progress(
        job_id=job.id,
        status=job.status,
        step=code if code in _STEPS else None,
        progress=estimate.percent,
        message_code=code,
        message=MESSAGES[code],
        completed=int(done),
        total=1,
        tokens=_tokens(job, channel),
        elapsed_ms=_elapsed_ms(job, now),
        eta_ms=estimate.eta_ms,
        is_completed=done,
        is_failed=job.status == "failed",
        updated_at=job.completed_at or channel.updated_at,
    )


def code_of(channel: Channel) -> str:
    """What the job is at."""
    assert channel.standing is not None
    status = channel.standing.job.status
    return (channel.stage or "preparing") if status == "processing" else _CODES.get(status, status)


def _tokens(job: JobView, channel: Channel) -> int | None:
    if job.over and job.usage:
        return total_usage(job.usage.values()).output_tokens
    return -(-channel.length // _CHARACTERS_PER_TOKEN) if channel.length else None


def _elapsed_ms(job: JobView, now: datetime) -> int:
    if job.started_at is None:
        return 0
    return max(0, round(((job.completed_at or now) - job.started_at).total_seconds() * 1000))
