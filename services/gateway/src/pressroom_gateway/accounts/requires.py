"""The dependency that guards a route: `principal: Annotated[Principal, requires("jobs:read")]`."""

from typing import Any

import structlog
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from pressroom_gateway import problems

from .gate import Gate, too_many_requests
from .principal import Principal
from .roles import Scope

RATE_LIMIT_HEADERS = "rate_limit_headers"
"""Where the request's state has the headers that every answer to it carries."""


class _Requires(SecurityBase):
    """One flat dependency: it is on the path of every request. OpenAPI shows it as a bearer token."""

    model = HTTPBearer(description="An API key: `pr_…`.")
    scheme_name = "ApiKey"

    def __init__(self, scope: Scope | None) -> None:
        self._scope = scope

    async def __call__(self, request: Request) -> Principal:
        app = request.app.state
        gate: Gate = app.gate
        address = request.client.host if request.client else ""
        principal = await gate.authenticate(app.authenticator, request.headers.get("authorization"), address)
        allowance = gate.spend(principal.key_id)
        state = request.scope["state"]
        if allowance is not None:
            state[RATE_LIMIT_HEADERS] = allowance.headers()
            if allowance.wait:
                raise too_many_requests(allowance)
        state["principal"] = principal
        structlog.contextvars.bind_contextvars(tenant_id=str(principal.tenant_id))
        if self._scope is not None and self._scope not in principal.scopes:
            raise problems.forbidden(f"The API key lacks the right `{self._scope}`.")
        return principal


def requires(scope: Scope | None = None) -> Any:
    """401 without a valid key, 403 without the right, 429 when it asks too often. No scope: any valid key."""
    return Depends(_Requires(scope))
