"""`/v1/admin/flags`: who has which feature, for super-admins."""

from typing import Annotated

from fastapi import Path, Request

from pressroom_gateway.accounts.admin_http import SuperAdmin
from pressroom_gateway.audit.route import admin_router, audited

from .contracts import Flag, FlagChange
from .http import Service

router = admin_router()

FeatureName = Annotated[str, Path(description="A feature.", max_length=63, examples=["sync"])]


@router.get("/flags", summary="List the features, and whom each is available to")
async def list_flags(_principal: SuperAdmin, flags: Service) -> list[Flag]:
    return await flags.flags()


@router.get("/flags/{feature}", summary="Show whom a feature is available to")
async def show_flag(feature: FeatureName, _principal: SuperAdmin, flags: Service) -> Flag:
    return await flags.flag(feature)


@router.put("/flags/{feature}", summary="Say whom a feature is available to, within 5 s everywhere")
async def set_flag(
    request: Request, feature: FeatureName, wish: FlagChange, principal: SuperAdmin, flags: Service
) -> Flag:
    audited(
        request,
        audience=wish.audience,
        percent=wish.percent,
        percent_of=wish.percent_of,
        tenants=wish.tenants,
        new_since=wish.new_since,
    )
    return await flags.change(principal, feature, wish)
