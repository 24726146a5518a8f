"""`GET /v1/features`, and what other routes ask before they do what not everybody may."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires

from .contracts import Features
from .records import Feature
from .service import FeatureFlags

router = APIRouter(prefix="/v1/features", tags=["accounts"])


async def feature_flags(request: Request) -> FeatureFlags:
    flags: FeatureFlags = request.app.state.features
    return flags


Service = Annotated[FeatureFlags, Depends(feature_flags)]


@router.get("", summary="What is available to this API key?")
async def features(principal: Annotated[Principal, requires()], flags: Service) -> Features:
    return Features(features=await flags.of(principal))


async def require_feature(request: Request, principal: Principal, feature: Feature) -> None:
    """Raises Problem 403 `feature_unavailable`, and Unavailable where the rules were never read."""
    await (await feature_flags(request)).require(principal, feature)
