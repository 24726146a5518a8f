"""Internal HTTP: what the gateway asks on behalf of its clients. Service tokens, and nothing else, are trusted."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import JSONResponse

from pressroom_common.errors import Unavailable
from pressroom_common.reads import Attempts, Stats, Workers
from pressroom_common.service_tokens import InvalidToken, ServiceToken, verify

from .ports import Reads

_SUPER_ADMIN = "super-admin"


def tenant_of(token: ServiceToken) -> UUID | None:
    """Whose rows the bearer may see; None: everybody's. Raises InvalidToken."""
    if token.issuer != "gateway":
        raise InvalidToken("only the gateway may ask")
    if token.tenant_id:
        return _uuid(token.tenant_id)
    if token.role != _SUPER_ADMIN:
        raise InvalidToken("only a super-admin sees all tenants")
    return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidToken("the token names no tenant") from error


def caller(secret: str) -> Callable[[str], Awaitable[UUID | None]]:
    """A dependency: 401 without a valid token, 403 for one that gives no right to read."""

    async def tenant(authorization: Annotated[str, Header()] = "") -> UUID | None:
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise HTTPException(401, "a service token is needed", {"WWW-Authenticate": "Bearer"})
        try:
            token = verify(encoded, secret, audience="monitor")
        except InvalidToken as error:
            raise HTTPException(401, "the service token is not valid", {"WWW-Authenticate": "Bearer"}) from error
        try:
            return tenant_of(token)
        except InvalidToken as error:
            raise HTTPException(403, str(error)) from error

    return tenant


def router(reads: Reads, secret: str) -> APIRouter:
    routes = APIRouter(prefix="/internal")
    scope = Depends(caller(secret))

    @routes.get("/stats")
    async def stats(tenant_id: Annotated[UUID | None, scope]) -> Stats:
        return await reads.stats(tenant_id)

    @routes.get("/workers")
    async def workers(tenant_id: Annotated[UUID | None, scope]) -> Workers:
        if tenant_id is not None:
            raise HTTPException(403, "workers belong to no tenant")
        return Workers(items=tuple(await reads.workers()))

    @routes.get("/jobs/{job_id}/attempts")
    async def attempts(job_id: UUID, tenant_id: Annotated[UUID | None, scope]) -> Attempts:
        found = await reads.attempts(job_id, tenant_id)
        if found is None:
            raise HTTPException(404, "there is no such job")
        return Attempts(items=tuple(found))

    return routes


async def on_unavailable(_request: Request, error: Unavailable) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 503)
