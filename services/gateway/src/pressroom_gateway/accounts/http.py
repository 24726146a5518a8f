"""`/v1/me`, and a tenant's own API keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from pressroom_gateway.audit.route import AuditedRoute, audited
from pressroom_gateway.pagination import Listing, listing

from .contracts import ApiKey, CreatedKey, KeyQuery, Me, WishedKey
from .principal import Principal
from .requires import requires
from .service import AccountService

router = APIRouter(prefix="/v1", tags=["accounts"], route_class=AuditedRoute)


async def account_service(request: Request) -> AccountService:
    service: AccountService = request.app.state.accounts
    return service


Service = Annotated[AccountService, Depends(account_service)]
KeyManager = Annotated[Principal, requires("keys:manage")]


def key_id_of(key: ApiKey) -> UUID:
    return key.id


def audit_wish(request: Request, wish: WishedKey) -> None:
    audited(request, name=wish.name, role=wish.role, scopes=wish.scopes, expires_at=wish.expires_at)


def shown_once(request: Request, response: Response, made: CreatedKey) -> CreatedKey:
    """No cache may keep the key, and the audit keeps all but the key itself."""
    response.headers["Cache-Control"] = "no-store"
    audited(request, id=made.id, prefix=made.prefix, tenant_id=made.tenant_id)
    return made


@router.get("/me", summary="Who am I?")
async def me(principal: Annotated[Principal, requires()], service: Service) -> Me:
    return await service.me(principal)


@router.post("/api-keys", status_code=201, summary="Make an API key")
async def add_key(
    request: Request, wish: WishedKey, principal: KeyManager, service: Service, response: Response
) -> CreatedKey:
    audit_wish(request, wish)
    return shown_once(request, response, await service.add_key(principal, principal.tenant_id, wish))


@router.get("/api-keys", summary="List API keys")
async def list_keys(query: Annotated[KeyQuery, Query()], principal: KeyManager, service: Service) -> Listing[ApiKey]:
    return listing(await service.keys(principal.tenant_id, query), query.limit, key_id_of)


@router.delete("/api-keys/{key_id}", status_code=204, summary="Revoke an API key, within 5 s everywhere")
async def revoke_key(key_id: UUID, principal: KeyManager, service: Service, request: Request) -> None:
    await service.revoke_own(principal, key_id)
    request.app.state.authenticator.forget(key_id)
