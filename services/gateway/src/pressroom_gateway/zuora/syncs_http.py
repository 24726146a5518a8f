"""`POST /v1/zuora/syncs` and `POST /v1/zuora/extract-tasks`: jobs of Zuora."""

from fastapi import APIRouter, Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.audit.route import AuditedRoute, audited
from pressroom_gateway.batches.http import Batches
from pressroom_gateway.ledger.records import MadeJob
from pressroom_gateway.problems import forbidden

from .answers import AcceptedSync, accepted_batch, accepted_job
from .asking import OnceKey, Syncer, Syncs, asked
from .forms import NewExtraction, NewSync
from .records import ZuoraBatch

router = APIRouter(prefix="/v1/zuora", tags=["zuora"], route_class=AuditedRoute)


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
    audited(request, **wish.model_dump(exclude_unset=True))
    _check_may_override(wish, principal)
    with asked(request, principal, "zuora.sync", idempotency_key) as origin:
        made = await syncs.sync(wish, origin)
    return await _accepted(made, request, response, batches)


@router.post(
    "/extract-tasks",
    status_code=202,
    summary="Read the tasks of an environment, a customer or all out of the stored exports again, without asking Zuora",
)
async def extract_tasks(
    request: Request,
    response: Response,
    wish: NewExtraction,
    principal: Syncer,
    syncs: Syncs,
    batches: Batches,
    idempotency_key: OnceKey = None,
) -> AcceptedSync:
    audited(request, **wish.model_dump(exclude_unset=True))
    with asked(request, principal, "zuora.extract-tasks", idempotency_key) as origin:
        made = await syncs.extract_tasks(wish, origin)
    return await _accepted(made, request, response, batches)


def _check_may_override(wish: NewSync, principal: Principal) -> None:
    """The guard is what stands between a wrong list and all workflows of a customer. Raises Problem."""
    if wish.override_guard and not principal.may("zuora:manage"):
        raise forbidden("To override the guard needs the right `zuora:manage`, which tenant-admins have.")


async def _accepted(made: MadeJob | ZuoraBatch, request: Request, response: Response, batches: Batches) -> AcceptedSync:
    accepted = await _batch(made, batches) if isinstance(made, ZuoraBatch) else accepted_job(made.id, made.status)
    audited(request, id=accepted.id)
    response.headers["Location"] = accepted.links.self
    return accepted


async def _batch(made: ZuoraBatch, batches: Batches) -> AcceptedSync:
    """Of a repeated request: as it stands by now."""
    status = "processing" if made.new else (await batches.standing(made.batch)).counts.status
    return accepted_batch(made.batch.id, status, made.batch.total)
