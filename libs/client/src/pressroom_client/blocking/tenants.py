"""`/v1/admin/tenants`."""

# Written by libs/client/write_blocking.py: edit aio/tenants.py instead.

from collections.abc import Iterator

from pressroom_client.admin_models import Tenant
from pressroom_client.messages import Call, path
from pressroom_client.retries import Safety

from .keys import Keys
from .session import Session


class Tenants:
    """Tenants are named by slug or id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, slug: str, name: str) -> Tenant:
        call = Call("POST", path("admin", "tenants"), body={"slug": slug, "name": name}, safety=Safety.ONCE)
        return self._session.ask(Tenant, call)

    def limit(self, tenant: str, max_jobs: int | None) -> Tenant:
        """Of its jobs that may be out at a time; None: the gateway's own number."""
        return self._session.ask(Tenant, Call("PATCH", path("admin", "tenants", tenant), body={"max_jobs": max_jobs}))

    def keys(self, tenant: str) -> Keys:
        return Keys(self._session, tenant)

    def list(self, *, limit: int | None = None) -> Iterator[Tenant]:
        return self._session.pages(Tenant, path("admin", "tenants"), {}, limit)
