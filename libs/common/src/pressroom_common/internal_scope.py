"""On whose behalf somebody asks over internal HTTP, and so whose rows there are."""

from dataclasses import dataclass
from uuid import UUID

from .internal_problems import forbidden
from .service_tokens import ServiceToken

SUPER_ADMIN = "super-admin"


@dataclass(frozen=True)
class Caller:
    tenant_id: UUID | None
    """Whose rows may be seen and changed; None: everybody's."""
    role: str

    def own_tenant(self) -> UUID:
        """For what is made: it has to belong to somebody. Raises Refused."""
        if self.tenant_id is None:
            raise forbidden("This belongs to a tenant: use an API key of the tenant that it shall be made for.")
        return self.tenant_id


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
