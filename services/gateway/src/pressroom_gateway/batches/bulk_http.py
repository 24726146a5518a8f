"""`POST /v1/generations/bulk`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from pressroom_common.telemetry import span
from pressroom_gateway.ledger.forms import IdempotencyKey
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.generations_http import Generator

from .answers import BulkAccepted, bulk_accepted
from .forms import BulkDocument, BulkItem, BulkOptions
from .http import Batches
from .making import BulkService
from .reading import LINES, bulk_of

PATH = "/v1/generations/bulk"
router = APIRouter(tags=["batches"])


def _schema(model: type[BulkDocument | BulkItem]) -> dict[str, Any]:
    return {"schema": model.model_json_schema()}


_BODY = {
    "required": True,
    "content": {"application/json": _schema(BulkDocument), LINES[0]: _schema(BulkItem)},
}


async def _service(request: Request) -> BulkService:
    service: BulkService = request.app.state.bulk_generations
    return service


@router.post(
    PATH,
    status_code=202,
    response_model=BulkAccepted,
    openapi_extra={"requestBody": _BODY},
    summary="Generate many texts: JSON, or JSON Lines with an item on each",
)
async def generate_many(
    request: Request,
    options: Annotated[BulkOptions, Query()],
    principal: Generator,
    service: Annotated[BulkService, Depends(_service)],
    batches: Batches,
    idempotency_key: Annotated[
        IdempotencyKey | None, Header(description="The same key and body within 24 h: the same batch, and no other.")
    ] = None,
) -> Response:
    bulk = bulk_of(await request.body(), request.headers.get("content-type", ""), options, service.limits.items)
    with span("generations.bulk", request.headers.get("traceparent")) as traceparent:
        origin = Origin(principal, request.state.request_id, traceparent, idempotency_key)
        batch, new = await service.make(bulk, origin)
    status = "processing" if new else (await batches.standing(batch)).counts.status
    return Response(
        bulk_accepted(batch, status).model_dump_json(),
        status_code=202,
        media_type="application/json",
        headers={"Location": f"/v1/batches/{batch.id}"},
    )
