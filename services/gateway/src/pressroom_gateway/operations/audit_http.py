"""`GET /v1/admin/audit`: who changed what."""

from typing import Annotated

from fastapi import Depends, Query, Request

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.audit.contracts import AuditEntry, AuditQuery
from pressroom_gateway.audit.ports import Trail
from pressroom_gateway.audit.route import admin_router
from pressroom_gateway.pagination import Listing, listing

router = admin_router()


async def _trail(request: Request) -> Trail:
    trail: Trail = request.app.state.audit_trail
    return trail


@router.get("/audit", summary="List administrative calls, newest first")
async def list_audit(
    query: Annotated[AuditQuery, Query()],
    _principal: Annotated[Principal, requires("admin")],
    trail: Annotated[Trail, Depends(_trail)],
) -> Listing[AuditEntry]:
    return listing(await trail.entries(query), query.limit, lambda entry: entry.id)
