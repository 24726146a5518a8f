"""Tenants and their keys, for super-admins."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from pressroom_gateway.audit.route import admin_router, audited
from pressroom_gateway.pagination import Listing, PageQuery, listing

from .contracts import ApiKey, CreatedKey, KeyQuery, NewTenant, Tenant, TenantChange, WishedKey
from .http import Service, audit_wish, key_id_of, shown_once
from .principal import Principal
from .requires import requires

router = admin_router()

SuperAdmin = Annotated[Principal, requires("admin")]
TenantName = Annotated[str, Path(description="Slug or id.", max_length=63, pattern="^[a-z0-9-]+$", examples=["acme"])]


@router.post("/tenants", status_code=201, summary="Make a tenant")
async def add_tenant(request: Request, wish: NewTenant, _principal: SuperAdmin, service: Service) -> Tenant:
    audited(request, slug=wish.slug, name=wish.name)
    made = await service.add_tenant(wish)
    audited(request, id=made.id)
    return made


@router.patch("/tenants/{tenant}", summary="Limit how many jobs of a tenant may be out at a time")
async def change_tenant(
    request: Request, tenant: TenantName, wish: TenantChange, _principal: SuperAdmin, service: Service
) -> Tenant:
    audited(request, max_jobs=wish.max_jobs)
    return await service.change_tenant(tenant, wish)


@router.get("/tenants", summary="List tenants")
async def list_tenants(
    query: Annotated[PageQuery, Query()], _principal: SuperAdmin, service: Service
) -> Listing[Tenant]:
    found = await service.tenants(query.before, query.limit + 1)
    return listing(found, query.limit, lambda tenant: tenant.id)


@router.post("/tenants/{tenant}/api-keys", status_code=201, summary="Make an API key for a tenant")
async def add_tenant_key(
    request: Request,
    tenant: TenantName,
    wish: WishedKey,
    principal: SuperAdmin,
    service: Service,
    response: Response,
) -> CreatedKey:
    audit_wish(request, wish)
    owner = await service.tenant(tenant)
    return shown_once(request, response, await service.add_key(principal, owner.id, wish))


@router.get("/tenants/{tenant}/api-keys", summary="List a tenant's API keys")
async def list_tenant_keys(
    tenant: TenantName, query: Annotated[KeyQuery, Query()], _principal: SuperAdmin, service: Service
) -> Listing[ApiKey]:
    owner = await service.tenant(tenant)
    return listing(await service.keys(owner.id, query), query.limit, key_id_of)


@router.delete("/api-keys/{key_id}", status_code=204, summary="Revoke any tenant's API key, within 5 s everywhere")
async def revoke_any_key(key_id: UUID, principal: SuperAdmin, service: Service, request: Request) -> None:
    await service.revoke_any(principal, key_id)
    request.app.state.authenticator.forget(key_id)
