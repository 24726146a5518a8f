"""Who asks over internal HTTP: the bearer of a service token, which is all that is trusted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Header

from .internal_problems import Refused, forbidden
from .service_tokens import InvalidToken, ServiceToken, verify

SUPER_ADMIN = "super-admin"


@dataclass(frozen=True)
class Caller:
    """On whose behalf the gateway asks."""

    tenant_id: UUID | None
    """Whose rows may be seen and changed; None: everybody's."""
    role: str

    def own_tenant(self) -> UUID:
        """For what is made: it has to belong to somebody. Raises Refused."""
        if self.tenant_id is None:
            raise forbidden("This belongs to a tenant: use an API key of the tenant that it shall be made for.")
        return self.tenant_id


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


def tenant_of(token: ServiceToken) -> UUID | None:
    """Whose rows the bearer may see; None: everybody's. Raises Refused."""
    if token.issuer != "gateway":
        raise forbidden("Only the gateway may ask.")
    if token.tenant_id:
        return _uuid(token.tenant_id)
    if token.role != SUPER_ADMIN:
        raise forbidden("Only a super-admin sees all tenants.")
    return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise forbidden("The token names no tenant.") from error
