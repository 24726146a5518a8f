"""Who asks over internal HTTP: the bearer of a service token, which is all that is trusted."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header

from .internal_problems import Refused
from .internal_scope import Caller, tenant_of
from .service_tokens import InvalidToken, verify

__all__ = ["Caller", "caller"]


def caller(secret: str, audience: str) -> Callable[[str], Awaitable[Caller]]:
    """A dependency of FastAPI: 401 without a valid token for `audience`, 403 for one that gives no right to ask."""

    async def called(authorization: Annotated[str, Header()] = "") -> Caller:
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(401, "unauthenticated", "A service token is needed.")
        try:
            token = verify(encoded, secret, audience)
        except InvalidToken as error:
            raise Refused(401, "unauthenticated", "The service token is not valid.") from error
        return Caller(tenant_of(token), token.role)

    return called
