"""What accounts need from the world. Every method raises Unavailable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from .contracts import ApiKey, KeyQuery, NewTenant, Tenant, WishedKey
from .keys import NewKey
from .principal import Principal


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that is valid now."""

    principal: Principal
    digest: bytes
    expires_in: float | None
    """Seconds, by the database's clock; None: it does not expire."""


class ValidKeys(Protocol):
    """All that authentication asks for."""

    async def valid_keys(self, prefix: str) -> Sequence[StoredKey]:
        """Neither revoked nor expired. Prefixes are random, not unique: hardly ever more than one."""
        ...


class Touches(Protocol):
    async def touch(self, used: Mapping[UUID, float]) -> None:
        """Key ids, each with how many seconds ago it was used."""
        ...


class Accounts(ValidKeys, Touches, Protocol):
    async def add_tenant(self, wish: NewTenant) -> Tenant | None:
        """None where the slug is taken."""
        ...

    async def tenant(self, tenant_id: UUID) -> Tenant | None: ...

    async def tenant_by_slug(self, slug: str) -> Tenant | None: ...

    async def limit_tenant(self, tenant_id: UUID, max_jobs: int | None) -> None:
        """None: the settings' number of jobs."""
        ...

    async def tenants(self, before: UUID, count: int) -> Sequence[Tenant]: ...

    async def add_key(self, tenant_id: UUID, wish: WishedKey, key: NewKey, created_by: str) -> ApiKey: ...

    async def key(self, tenant_id: UUID, key_id: UUID) -> ApiKey | None: ...

    async def key_of_any_tenant(self, key_id: UUID) -> ApiKey | None:
        """For super-admins only."""
        ...

    async def keys(self, tenant_id: UUID, query: KeyQuery) -> Sequence[ApiKey]:
        """One more than the query's limit where there is a next page."""
        ...

    async def revoke(self, tenant_id: UUID, key_id: UUID) -> None:
        """For good; a second time changes nothing."""
        ...
