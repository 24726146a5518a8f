"""`POST /v1/zuora/syncs` and `POST /v1/zuora/extract-tasks`: jobs of Zuora."""

from fastapi import APIRouter, Request, Response

from pressroom_gateway.batches.http import Batches

from .answers import AcceptedSync, accepted_batch, accepted_job
from .asking import OnceKey, Syncer, Syncs, asked
from .forms import NewExtraction, NewSync
from .records import SyncBatch

router = APIRouter(prefix="/v1/zuora", tags=["zuora"])


@router.post("/syncs", status_code=202, summary="Sync an environment, all of a customer, or all customers")
async def sync(
    request: Request,
    response: Response,
    wish: NewSync,
    principal: Syncer,
    syncs: Syncs,
    batches: Batches,
    idempotency_key: OnceKey = None,
) -> AcceptedSync:
    with asked(request, principal, "zuora.sync", idempotency_key) as origin:
        made = await syncs.sync(wish, origin)
    accepted = await _batch(made, batches) if isinstance(made, SyncBatch) else accepted_job(made.id, made.status)
    response.headers["Location"] = accepted.links.self
    return accepted


@router.post(
    "/extract-tasks", status_code=202, summary="Read the tasks out of the stored exports again, without asking Zuora"
)
async def extract_tasks(
    request: Request,
    response: Response,
    wish: NewExtraction,
    principal: Syncer,
    syncs: Syncs,
    idempotency_key: OnceKey = None,
) -> AcceptedSync:
    with asked(request, principal, "zuora.extract-tasks", idempotency_key) as origin:
        made = await syncs.extract_tasks(wish, origin)
    accepted = accepted_job(made.id, made.status)
    response.headers["Location"] = accepted.links.self
    return accepted


async def _batch(made: SyncBatch, batches: Batches) -> AcceptedSync:
    """Of a repeated request: as it stands by now."""
    status = "processing" if made.new else (await batches.standing(made.batch)).counts.status
    return accepted_batch(made.batch.id, status, made.batch.total)
