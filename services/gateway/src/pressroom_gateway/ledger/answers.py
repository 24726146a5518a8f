"""What clients see of jobs."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw
from pydantic import BaseModel, Field

from pressroom_common.contracts import (
    GENERATE_ARTICLE,
    GENERATE_PROMPT,
    WAITING,
    ExecutionMode,
    JobError,
    JobStatus,
    Lane,
    PromptResult,
    Step,
    StepState,
    total_usage,
)
from pressroom_common.contracts import Usage as CallUsage

from .records import JobView, LoggedTransition
from .why import Why

_result = msgspec.json.Decoder(PromptResult)


class Links(BaseModel):
    self: str = Field(examples=["/v1/generations/0197a1b2-…"])
    job: str


class Accepted(BaseModel):
    """The work stands in the ledger and goes on by itself."""

    id: UUID
    status: JobStatus = Field(examples=["pending"])
    links: Links


class HandedOver(Accepted):
    """Nobody waits for the work any more; it goes on by itself."""

    handed_over: bool = True
    detail: str = Field(description="Why.")


class ErrorAnswer(BaseModel):
    code: str = Field(examples=["provider_rejected"])
    detail: str
    retryable: bool = Field(description="Whether trying again unchanged makes sense.")


class UsageAnswer(BaseModel):
    """Cumulative over the job's attempts."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    calls: int
    estimated: bool = Field(description="Some tokens were counted by ourselves: the provider did not tell.")
    possible_double_charge: bool = Field(description="The answer of a call was lost: it may have been charged, too.")


class Generation(BaseModel):
    id: UUID
    status: JobStatus
    content: str | None = Field(
        description="The text; null until the job is completed. It stays until another attempt completes."
    )
    model: str | None
    prompt_id: UUID | None
    prompt_version: int | None
    usage: UsageAnswer | None
    execution_mode: ExecutionMode
    priority: Lane
    created_by: str
    metadata: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    generation_time_ms: int | None = Field(description="From the first claim to the end.")
    error: ErrorAnswer | None = Field(description="Of the last attempt that failed.")


class Attempt(BaseModel):
    attempt: int
    status: JobStatus
    worker: str | None
    started_at: datetime | None
    ended_at: datetime | None
    error: ErrorAnswer | None


class TimelineEntry(BaseModel):
    at: datetime
    status: JobStatus
    attempt: int
    worker: str | None
    error: ErrorAnswer | None


class JobAnswer(BaseModel):
    id: UUID
    kind: str
    status: JobStatus
    priority: Lane
    execution_mode: ExecutionMode
    attempt: int = Field(description="The number of the current attempt; it never goes back.")
    run_at: datetime | None
    paused_by: str | None
    paused_at: datetime | None
    origin_id: UUID | None = Field(description="The job that this one repeats with edits.")
    batch_id: UUID | None = Field(None, description="Of a bulk request.")
    name: str | None = Field(None, description="By which others of its batch depend on it.")
    created_by: str
    metadata: dict[str, Any] | None
    usage: UsageAnswer | None
    error: ErrorAnswer | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class StepAnswer(BaseModel):
    """A part of the work that came to its end."""

    name: str = Field(examples=["headings", "section.3"])
    state: StepState
    attempt: int = Field(description="That did it; later ones use its result.")
    started_at: datetime
    ended_at: datetime
    usage: UsageAnswer | None
    error: ErrorAnswer | None


class JobOutcome(JobAnswer):
    result: Any = Field(
        description="As the kind of job gives it. Of the last attempt that completed, whatever goes on since."
    )


class JobDetail(JobOutcome):
    steps: list[StepAnswer]
    attempts: list[Attempt]
    timeline: list[TimelineEntry]


class WhyReason(BaseModel):
    code: str = Field(examples=["tenant_cap"])
    detail: str
    by: str | None = Field(description="Who paused it.")
    since: datetime | None
    until: datetime | None


class WhyAnswer(BaseModel):
    """Everything that the job waits for, as the dispatcher would decide it now."""

    id: UUID
    status: JobStatus
    reasons: list[WhyReason]
    position: int | None = Field(description="In its lane, from 1; tenants take turns. Null: it does not wait there.")
    estimated_start_at: datetime | None = Field(description="At the lane's speed of the last minutes.")


class JobSummary(BaseModel):
    """Of a list of jobs; ids that do not exist are left out."""

    class Item(BaseModel):
        id: UUID
        status: JobStatus

    total: int
    pending: int
    processing: int
    completed: int
    failed: int
    cancelled: int
    jobs: list[Item]


_IN_SUMMARIES: dict[JobStatus, str] = {
    "blocked": "pending",
    "scheduled": "pending",
    "retrying": "pending",
    "cancelling": "processing",
}


_HOMES = {GENERATE_PROMPT: "generations", GENERATE_ARTICLE: "articles"}
"""Where jobs of a kind are shown by themselves."""


def accepted(job_id: UUID, status: JobStatus, kind: str = GENERATE_PROMPT) -> bytes:
    """JSON of `Accepted`, by hand: it is on the hot path."""
    links = {"self": f"/v1/{_HOMES.get(kind, 'jobs')}/{job_id}", "job": f"/v1/jobs/{job_id}"}
    return msgspec.json.encode({"id": job_id, "status": status, "links": links})


def handed_over(job_id: UUID, status: JobStatus, detail: str) -> HandedOver:
    links = Links(self=f"/v1/generations/{job_id}", job=f"/v1/jobs/{job_id}")
    return HandedOver(id=job_id, status=status, links=links, detail=detail)


def generation(job: JobView) -> Generation:
    result = _result.decode(job.result) if job.result else None
    return Generation(
        id=job.id,
        status=job.status,
        content=result.content if result else None,
        model=result.model if result else job.model or None,
        prompt_id=job.prompt_id,
        prompt_version=job.prompt_version,
        usage=_usage(job.usage),
        execution_mode=job.execution_mode,
        priority=job.lane,
        created_by=job.created_by,
        metadata=_json(job.metadata),
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        generation_time_ms=_milliseconds(job.started_at, job.completed_at),
        error=_error(job.error),
    )


def job_answer(job: JobView) -> JobAnswer:
    return JobAnswer(**_common(job))


def job_outcome(job: JobView) -> JobOutcome:
    return JobOutcome(**_common(job), result=_json(job.result))


def why_answer(found: Why) -> WhyAnswer:
    return WhyAnswer(
        id=found.job.id,
        status=found.job.status,
        reasons=[WhyReason(**asdict(reason)) for reason in found.reasons],
        position=found.position,
        estimated_start_at=found.estimated_start_at,
    )


def job_detail(job: JobView, log: list[LoggedTransition]) -> JobDetail:
    return JobDetail(
        **_common(job),
        steps=[step_answer(step) for step in job.steps],
        result=_json(job.result),
        attempts=attempts(log),
        timeline=[
            TimelineEntry(
                at=entry.at,
                status=entry.status,
                attempt=entry.attempt,
                worker=entry.worker or None,
                error=_error(entry.error),
            )
            for entry in log
        ],
    )


def step_answer(step: Step) -> StepAnswer:
    return StepAnswer(
        name=step.name,
        state=step.state,
        attempt=step.attempt,
        started_at=step.started_at,
        ended_at=step.ended_at,
        usage=_usage(step.usage),
        error=_error(step.error),
    )


def attempts(log: list[LoggedTransition]) -> list[Attempt]:
    """The log read attempt by attempt. `retrying` is logged under the next attempt, and ends the one before.

    An attempt that was recalled before anybody began it was no try: it is in the timeline alone.
    """
    found: dict[int, Attempt] = {}
    for entry in log:
        number = entry.attempt - 1 if entry.status == "retrying" else entry.attempt
        attempt = found.setdefault(
            number,
            Attempt(attempt=number, status=entry.status, worker=None, started_at=None, ended_at=None, error=None),
        )
        attempt.status = "failed" if entry.status == "retrying" else entry.status
        attempt.worker = entry.worker or attempt.worker
        attempt.error = _error(entry.error) or attempt.error
        if entry.status == "processing" and attempt.started_at is None:
            attempt.started_at = entry.at
        if entry.status in {"retrying", "completed", "failed", "cancelled"}:
            attempt.ended_at = entry.at
    ordered = [found[number] for number in sorted(found)]
    return [attempt for attempt in ordered if attempt is ordered[-1] or attempt.status not in WAITING]


def summary(statuses: dict[UUID, JobStatus]) -> JobSummary:
    counts = dict.fromkeys(("pending", "processing", "completed", "failed", "cancelled"), 0)
    for status in statuses.values():
        counts[_IN_SUMMARIES.get(status, status)] += 1
    items = [JobSummary.Item(id=job_id, status=status) for job_id, status in statuses.items()]
    return JobSummary(total=len(items), jobs=items, **counts)


def _common(job: JobView) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "priority": job.lane,
        "execution_mode": job.execution_mode,
        "attempt": job.attempt,
        "run_at": job.run_at,
        "paused_by": job.held_by,
        "paused_at": job.held_at,
        "origin_id": job.origin_id,
        "batch_id": job.batch_id,
        "name": job.name,
        "created_by": job.created_by,
        "metadata": _json(job.metadata),
        "usage": _usage(job.usage),
        "error": _error(job.error),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
    }


def _usage(usage: Mapping[str, CallUsage]) -> UsageAnswer | None:
    return usage_answer(usage.values())


def usage_answer(usages: Collection[CallUsage]) -> UsageAnswer | None:
    """The sum of them."""
    if not usages:
        return None
    total = total_usage(usages)
    return UsageAnswer(
        input_tokens=total.input_tokens,
        output_tokens=total.output_tokens,
        total_tokens=total.input_tokens + total.output_tokens,
        calls=total.calls,
        estimated=total.estimated_calls > 0,
        possible_double_charge=total.unknown_calls > 0,
    )


def _error(error: JobError | None) -> ErrorAnswer | None:
    if error is None:
        return None
    return ErrorAnswer(code=error.code, detail=error.detail, retryable=error.error_class == "transient")


def _json(raw: Raw | None) -> Any:
    return msgspec.json.decode(raw) if raw else None


def _milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    return round((end - start).total_seconds() * 1000) if start and end else None
