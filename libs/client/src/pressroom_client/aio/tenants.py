"""`/v1/admin/tenants`."""

from collections.abc import AsyncIterator

from pressroom_client.admin_models import Tenant
from pressroom_client.messages import Call, path
from pressroom_client.retries import Safety

from .keys import AsyncKeys
from .session import AsyncSession


class AsyncTenants:
    """Tenants are named by slug or id."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, slug: str, name: str) -> Tenant:
        call = Call("POST", path("admin", "tenants"), body={"slug": slug, "name": name}, safety=Safety.ONCE)
        return await self._session.ask(Tenant, call)

    async def limit(self, tenant: str, max_jobs: int | None) -> Tenant:
        """Of its jobs that may be out at a time; None: the gateway's own number."""
        return await self._session.ask(
            Tenant, Call("PATCH", path("admin", "tenants", tenant), body={"max_jobs": max_jobs})
        )

    def keys(self, tenant: str) -> AsyncKeys:
        return AsyncKeys(self._session, tenant)

    def list(self, *, limit: int | None = None) -> AsyncIterator[Tenant]:
        return self._session.pages(Tenant, path("admin", "tenants"), {}, limit)
