"""The log, as the monitor pulls it over internal HTTP."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response

from pressroom_common.service_tokens import InvalidToken, verify

from .ports import Jobs

router = APIRouter(prefix="/internal")


@router.get("/transitions")
async def transitions(
    request: Request,
    after: str = Query("", max_length=100, pattern=r"^(\d{1,20}\.[0-9a-f-]{36}\.\d{1,9})?$"),
    limit: int = Query(1000, ge=1, le=10_000),
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Entries after the cursor, of all tenants; for the monitor alone."""
    try:
        token = verify(authorization.removeprefix("Bearer "), request.app.state.service_token_secret, "gateway")
    except InvalidToken:
        return Response(status_code=401)
    if token.issuer != "monitor":
        return Response(status_code=403)
    jobs: Jobs = request.app.state.jobs
    page = await jobs.transitions(after, limit)
    return Response(msgspec.json.encode(page), media_type="application/json")
