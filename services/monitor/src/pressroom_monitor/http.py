"""Internal HTTP: what the gateway asks on behalf of its clients. Service tokens, and nothing else, are trusted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from pressroom_common.internal_callers import Caller, caller
from pressroom_common.internal_problems import forbidden, not_found
from pressroom_common.reads import Attempts, Stats, Workers

from .ports import Reads

AUDIENCE = "monitor"


def router(reads: Reads, secret: str) -> APIRouter:
    routes = APIRouter(prefix="/internal")
    asks = Depends(caller(secret, AUDIENCE))

    @routes.get("/stats")
    async def stats(asking: Annotated[Caller, asks]) -> Stats:
        return await reads.stats(asking.tenant_id)

    @routes.get("/workers")
    async def workers(asking: Annotated[Caller, asks]) -> Workers:
        if asking.tenant_id is not None:
            raise forbidden("Workers belong to no tenant.")
        return Workers(items=tuple(await reads.workers()))

    @routes.get("/jobs/{job_id}/attempts")
    async def attempts(job_id: UUID, asking: Annotated[Caller, asks]) -> Attempts:
        found = await reads.attempts(job_id, asking.tenant_id)
        if found is None:
            raise not_found("job")
        return Attempts(items=tuple(found))

    return routes
