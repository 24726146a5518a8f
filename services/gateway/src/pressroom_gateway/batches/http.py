"""`/v1/batches`: many jobs, seen as one."""

from contextlib import ExitStack
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.ledger.answers import JobAnswer, job_answer
from pressroom_gateway.ledger.records import ListQuery
from pressroom_gateway.live.http import OpenStreams
from pressroom_gateway.live.stream import EVENT_STREAM
from pressroom_gateway.pagination import Listing, PageQuery, listing

from .answers import (
    BatchAnswer,
    BatchChanged,
    BatchDetail,
    GraphAnswer,
    batch_answer,
    batch_detail,
    graph_answer,
)
from .forms import BatchJobQuery
from .listener import BatchListener
from .service import BatchService
from .watching import BatchWatching

router = APIRouter(prefix="/v1/batches", tags=["batches"])

Reader = Annotated[Principal, requires("jobs:read")]
Writer = Annotated[Principal, requires("jobs:write")]


async def _service(request: Request) -> BatchService:
    service: BatchService = request.app.state.batches
    return service


async def _watching(request: Request) -> BatchWatching:
    watching: BatchWatching = request.app.state.batch_watching
    return watching


Batches = Annotated[BatchService, Depends(_service)]
Watching = Annotated[BatchWatching, Depends(_watching)]


@router.get("", summary="List batches, newest first")
async def list_batches(
    query: Annotated[PageQuery, Query()], principal: Reader, batches: Batches
) -> Listing[BatchAnswer]:
    found = await batches.list(principal.tenant_id, query.before, query.limit + 1)
    standings = await batches.standings(found)
    return listing([batch_answer(each, standings[each.id]) for each in found], query.limit, lambda item: item.id)


@router.get("/{batch_id}", summary="Show a batch: how many of its jobs stand how")
async def show_batch(batch_id: UUID, principal: Reader, batches: Batches) -> BatchDetail:
    batch = await batches.get(principal.tenant_id, batch_id)
    return batch_detail(batch, await batches.standing(batch), await batches.usages(batch))


@router.get("/{batch_id}/jobs", summary="List the jobs of a batch, newest first")
async def list_batch_jobs(
    batch_id: UUID, query: Annotated[BatchJobQuery, Query()], principal: Reader, batches: Batches
) -> Listing[JobAnswer]:
    found = await batches.jobs(
        ListQuery(
            tenant_id=principal.tenant_id,
            batch_id=batch_id,
            before=query.before,
            limit=query.limit + 1,
            statuses=query.status.split(",") if query.status else None,
            kind=query.kind,
            lane=query.lane,
            execution_mode=query.execution_mode,
            created_from=query.created_from,
            created_to=query.created_to,
        )
    )
    return listing([job_answer(job) for job in found], query.limit, lambda item: item.id)


@router.get("/{batch_id}/graph", summary="Show what waits for what in a batch")
async def batch_graph(batch_id: UUID, principal: Reader, batches: Batches) -> GraphAnswer:
    return graph_answer(await batches.graph(principal.tenant_id, batch_id))


@router.post("/{batch_id}/cancel", summary="Cancel all jobs of a batch that are not over")
async def cancel_batch(batch_id: UUID, principal: Writer, batches: Batches) -> BatchChanged:
    matched, done = await batches.cancel(principal.tenant_id, batch_id)
    return BatchChanged(matched=matched, done=done)


@router.post("/{batch_id}/retry-failed", summary="Try the failed jobs of a batch again")
async def retry_failed(batch_id: UUID, principal: Writer, batches: Batches) -> BatchChanged:
    matched, done = await batches.retry_failed(principal.tenant_id, batch_id)
    return BatchChanged(matched=matched, done=done)


@router.get(
    "/{batch_id}/events",
    response_class=Response,
    responses={200: {"description": "Server-sent events", "content": {EVENT_STREAM: {}}}},
    summary="Follow a batch live",
)
async def follow_batch(
    request: Request,
    batch_id: UUID,
    principal: Reader,
    batches: Batches,
    watching: Watching,
    streams: OpenStreams,
) -> Response:
    with ExitStack() as resources:
        resources.enter_context(streams.place(principal.tenant_id))
        batch = await batches.get(principal.tenant_id, batch_id)
        watched, bell = resources.enter_context(watching.watching(batch))
        watching.follow(watched, await batches.job_ids(batch_id))
        return streams.tell(request, bell, BatchListener(watched), principal, resources.pop_all())
