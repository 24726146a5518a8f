"""`/v1/generations`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from pressroom_common.contracts import GENERATE_PROMPT
from pressroom_common.telemetry import span
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.features.http import require_feature
from pressroom_gateway.pagination import Listing, listing

from .answers import Accepted, Generation, HandedOver, accepted, generation
from .forms import GenerationQuery, IdempotencyKey, NewGeneration
from .generations import GenerationService, Origin
from .reading import JobReader
from .records import ListQuery, MadeJob

router = APIRouter(prefix="/v1/generations", tags=["generations"])

Generator = Annotated[Principal, requires("generations:write")]
Reader = Annotated[Principal, requires("jobs:read")]


Submit = Callable[[NewGeneration, datetime | None, str], Awaitable[MadeJob]]
"""Makes the job of a wish, for which a client waits until that time, and which a gateway process follows."""


class GenerateNow(Protocol):
    """Sync mode. Raises Problem, also for a generation that failed while the client waited."""

    async def __call__(
        self, request: Request, wish: NewGeneration, principal: Principal, submit: Submit
    ) -> Response: ...


async def _service(request: Request) -> GenerationService:
    service: GenerationService = request.app.state.generations
    return service


async def _reader(request: Request) -> JobReader:
    reader: JobReader = request.app.state.reader
    return reader


Service = Annotated[GenerationService, Depends(_service)]
Jobs = Annotated[JobReader, Depends(_reader)]


@router.post(
    "",
    status_code=202,
    response_model=Accepted | HandedOver,
    responses={
        200: {
            "model": Generation,
            "description": "Sync mode: the finished generation; with `Accept: text/event-stream` a stream of events.",
        }
    },
    summary="Generate a text",
)
async def generate(
    request: Request,
    wish: NewGeneration,
    principal: Generator,
    service: Service,
    idempotency_key: Annotated[
        IdempotencyKey | None,
        Header(description="The same key and body within 24 h: the same answer, and no second job."),
    ] = None,
) -> Response:
    async def submit(wish: NewGeneration, sync_until: datetime | None, follower: str) -> MadeJob:
        with span("generations.submit", request.headers.get("traceparent")) as traceparent:
            origin = Origin(principal, request.state.request_id, traceparent, idempotency_key, follower)
            return await service.submit(wish, origin, sync_until)

    if wish.execution_mode == "sync":
        generate_now: GenerateNow = request.app.state.generate_now
        await require_feature(request, principal, "sync")
        return await generate_now(request, wish, principal, submit)
    made = await submit(wish, None, "")
    return Response(
        accepted(made.id, made.status),
        status_code=202,
        media_type="application/json",
        headers={"Location": f"/v1/generations/{made.id}"},
    )


@router.get("", summary="List generations, newest first")
async def list_generations(
    query: Annotated[GenerationQuery, Query()], principal: Reader, jobs: Jobs
) -> Listing[Generation]:
    found = await jobs.list(
        ListQuery(
            tenant_id=principal.tenant_id,
            before=query.before,
            limit=query.limit + 1,
            kind=GENERATE_PROMPT,
            statuses=[query.status] if query.status else None,
            execution_mode=query.execution_mode,
            with_result=True,
        )
    )
    return listing([generation(job) for job in found], query.limit, lambda item: item.id)


@router.get("/{generation_id}", summary="Show a generation, with its content once it is completed")
async def show_generation(generation_id: UUID, principal: Reader, jobs: Jobs) -> Generation:
    return generation(await jobs.get(principal.tenant_id, generation_id, "generation", GENERATE_PROMPT))
