"""API keys: a tenant's own at `/v1/api-keys`, any tenant's at `/v1/admin/tenants/{tenant}/api-keys`."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from uuid import UUID

from pressroom_client.admin_models import ApiKey, CreatedKey, Role
from pressroom_client.messages import Call, given, path
from pressroom_client.retries import Safety

from .session import AsyncSession


class AsyncKeys:
    """A tenant's own without `tenant`; with it (slug or id) another's, for super-admins."""

    def __init__(self, session: AsyncSession, tenant: str | None = None) -> None:
        self._session = session
        self._revoking = path("admin", "api-keys") if tenant else path("api-keys")
        self._path = path("admin", "tenants", tenant, "api-keys") if tenant else path("api-keys")

    async def create(
        self, name: str, role: Role, *, scopes: Iterable[str] | None = None, expires_at: datetime | None = None
    ) -> CreatedKey:
        """The key itself is told this once."""
        wanted = None if scopes is None else sorted(scopes)
        body = given(name=name, role=role, scopes=wanted, expires_at=expires_at)
        return await self._session.ask(CreatedKey, Call("POST", self._path, body=body, safety=Safety.ONCE))

    async def revoke(self, key_id: UUID | str) -> None:
        """Effective within 5 s everywhere."""
        await self._session.send(Call("DELETE", f"{self._revoking}/{UUID(str(key_id))}", safety=Safety.ONCE))

    def list(self, *, active: bool | None = None, limit: int | None = None) -> AsyncIterator[ApiKey]:
        return self._session.pages(ApiKey, self._path, {"active": active}, limit)
