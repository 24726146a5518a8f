"""`/v1/jobs/{id}/events` and `/v1/jobs/{id}/progress`."""

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from pressroom_common.contracts import JobStatus, PartState
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires

from .channel import Channel
from .frames import position_of
from .progress import Progress, progress_of
from .service import Live
from .stream import EVENT_STREAM, Streams

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Reader = Annotated[Principal, requires("jobs:read")]


class PartAnswer(BaseModel):
    name: str = Field(examples=["section.3"])
    title: str = ""
    state: PartState = "waiting"
    text: str = Field("", description="Once it is completed.")


class ProgressAnswer(BaseModel):
    """How far a job is. Kept for as long as the job is."""

    job_id: UUID
    status: JobStatus
    step: str | None = Field(description="`preparing`, `calling_model` or `saving`; null: no worker has it.")
    progress: int | None = Field(
        description="Percent, as its worker tells, or as jobs like it went lately; null where nobody can tell."
    )
    message_code: str = Field(examples=["calling_model"])
    message: str = Field(examples=["Calling the model"])
    completed: int = Field(description="Parts that are done, of `total`.")
    total: int = Field(description="0: nobody knows yet.")
    counts: dict[str, tuple[int, int]] = Field(
        description="Done, and in all, of each sort of parts.", examples=[{"section": [3, 8]}]
    )
    parts: list[PartAnswer] = Field(description="What is there so far, in its order.")
    tokens: int | None = Field(description="Of the text; counted roughly until the provider tells.")
    elapsed_ms: int = Field(description="Since a worker first took it.")
    eta_ms: int | None = Field(
        description="What is left, at the pace of its step or as jobs like it went lately; null where nobody can tell."
    )
    is_completed: bool
    is_failed: bool
    updated_at: datetime


async def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


async def _streams(request: Request) -> Streams:
    streams: Streams = request.app.state.streams
    return streams


LastEventId = Annotated[str | None, Header(description="The last `id` that you have: the text goes on there.")]
LiveJobs = Annotated[Live, Depends(_live)]
OpenStreams = Annotated[Streams, Depends(_streams)]


@router.get(
    "/{job_id}/events",
    response_class=Response,
    responses={200: {"description": "Server-sent events", "content": {EVENT_STREAM: {}}}},
    summary="Follow a job live",
)
async def follow_job(
    request: Request,
    job_id: UUID,
    principal: Reader,
    live: LiveJobs,
    streams: OpenStreams,
    last_event_id: LastEventId = None,
) -> Response:
    with ExitStack() as resources:
        resources.enter_context(streams.place(principal.tenant_id))
        watch = resources.enter_context(live.listening(job_id, known=True))
        await live.standing(principal.tenant_id, job_id)
        live.ask(job_id)
        return streams.open(request, watch, principal, resources.pop_all(), resume=position_of(last_event_id))


@router.get(
    "/{job_id}/progress",
    response_model=ProgressAnswer,
    responses={304: {"description": "Nothing is new since the `ETag` of `If-None-Match`."}},
    summary="Show how far a job is",
)
async def job_progress(
    job_id: UUID,
    principal: Reader,
    live: LiveJobs,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    channel = await live.polled(principal.tenant_id, job_id)
    progress = progress_of(channel, live.estimates, datetime.now(UTC))
    tag = _tag(channel, progress)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(msgspec.json.encode(progress), headers=headers, media_type="application/json")


def _tag(channel: Channel, progress: Progress) -> str:
    """Weak: the clock alone makes nothing new."""
    standing = channel.standing
    version = f"{standing.version}-{standing.n}" if standing else ""
    parts = sum(done for done, _ in progress.counts.values())
    return f'W/"{version}-{channel.texts}-{channel.length}-{channel.stage}-{parts}-{progress.progress}"'
