"""How far a job is, from what the ledger and its worker say."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import get_args
from uuid import UUID

from msgspec import Struct

from pressroom_common.contracts import STEPS, JobStatus, Part, PartState, Stage, total_usage
from pressroom_gateway.ledger.records import JobView

from .channel import Channel
from .estimates import Estimates, at_this_pace

_CHARACTERS_PER_TOKEN = 4
"""Roughly so for English: good for a number that grows on a screen, and never billed."""
_STEPS = frozenset(get_args(Stage))
MESSAGES = {
    "waiting": "Waiting for its turn",
    "scheduled": "Waiting for its time",
    "paused": "Paused",
    "blocked": "Waiting for other jobs",
    "retrying": "Waiting for the next try",
    "preparing": "Preparing request",
    "calling_model": "Calling the model",
    "headings": "Planning the headings",
    "section": "Writing sections",
    "image": "Making images",
    "summary": "Summing up",
    "meta": "Describing the page",
    "faq": "Answering questions",
    "listing": "Listing workflows",
    "exporting": "Exporting workflows",
    "reconciling": "Asking for what is missing",
    "extracting": "Extracting tasks",
    "saving": "Saving content",
    "cancelling": "Stopping",
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
"""What is told of a job, by its code."""
_TIMED = frozenset(kind for kind, steps in STEPS.items() if len(steps) == 1)
"""Kinds of one step: how much of it is done only the time tells. Of others their workers tell it."""
_DONE: frozenset[PartState] = frozenset({"completed", "failed"})
_CODES: dict[JobStatus, str] = {"pending": "waiting"}
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
    """Parts that are done, of `total`: those of the step, where it has several. Of 0: nobody knows yet of how many."""
    total: int
    counts: dict[str, tuple[int, int]] = {}
    """Done, and in all, of each sort of parts."""
    parts: tuple[Part, ...] = ()
    tokens: int | None
    """Of the text; counted roughly until the provider tells."""
    elapsed_ms: int
    """Since a worker first took it."""
    eta_ms: int | None
    """What is left: where its step counts, at the pace of that; else as jobs like it went. Null: nobody can tell."""
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
    parts = tuple(channel.parts.values()) or _parts(job)
    counts = _counts(parts)
    completed, total = counts.get(code, (int(done), 1))
    if code == channel.stage and any(channel.count):
        completed, total = counts[code] = channel.count
    return Progress(
        job_id=job.id,
        status=job.status,
        step=code if code in _STEPS else None,
        progress=channel.shown(estimate.percent if done or job.kind in _TIMED else channel.percent),
        message_code=code,
        message=_message(code, completed, total),
        completed=completed,
        total=total,
        counts=counts,
        parts=parts,
        tokens=_tokens(job, channel),
        elapsed_ms=_elapsed_ms(job, now),
        eta_ms=estimate.eta_ms if (eta := _counted_eta(channel, now)) is None else eta,
        is_completed=done,
        is_failed=job.status == "failed",
        updated_at=job.completed_at or channel.updated_at,
    )


def code_of(channel: Channel) -> str:
    """What the job is at."""
    assert channel.standing is not None
    job = channel.standing.job
    status = job.status
    if status == "blocked" and job.held_by is not None:
        return "paused"
    return (channel.stage or "preparing") if status == "processing" else _CODES.get(status, status)


def _message(code: str, completed: int, total: int) -> str:
    if total == 1:
        return MESSAGES[code]
    return f"{MESSAGES[code]}: {completed} of {total}" if total else f"{MESSAGES[code]}: {completed}"


def _counted_eta(channel: Channel, now: datetime) -> int | None:
    counting, (done, total) = channel.counting, channel.count
    if counting is None or not channel.working:
        return None
    return at_this_pace(done - counting.done, total - done, (now - counting.at).total_seconds())


def _parts(job: JobView) -> tuple[Part, ...]:
    """As its steps are stored, where no worker was heard: those that came to their end."""
    return tuple(Part(name=step.name, state=step.state) for step in job.steps if "." in step.name)


def _counts(parts: Iterable[Part]) -> dict[str, tuple[int, int]]:
    """Of parts by their sort, the beginning of their names."""
    states: defaultdict[str, list[PartState]] = defaultdict(list)
    for part in parts:
        states[part.name.partition(".")[0]].append(part.state)
    return {sort: (sum(state in _DONE for state in each), len(each)) for sort, each in states.items()}


def _tokens(job: JobView, channel: Channel) -> int | None:
    if job.over and job.usage:
        return total_usage(job.usage.values()).output_tokens
    return -(-channel.length // _CHARACTERS_PER_TOKEN) if channel.length else None


def _elapsed_ms(job: JobView, now: datetime) -> int:
    if job.started_at is None:
        return 0
    return max(0, round(((job.completed_at or now) - job.started_at).total_seconds() * 1000))
