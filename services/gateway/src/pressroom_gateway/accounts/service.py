"""Decides who may make and revoke which keys. A key never gives more than its maker has."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from pressroom_gateway import problems
from pressroom_gateway.problems import FieldError

from .contracts import ApiKey, CreatedKey, KeyQuery, Me, NewTenant, Tenant, TenantChange, WishedKey
from .keys import make_key
from .ports import Accounts
from .principal import Principal
from .roles import SCOPES, outranks


class AccountService:
    def __init__(self, accounts: Accounts, pepper: bytes) -> None:
        self._accounts = accounts
        self._pepper = pepper

    async def me(self, principal: Principal) -> Me:
        tenant = await self._accounts.tenant(principal.tenant_id)
        key = await self._accounts.key(principal.tenant_id, principal.key_id)
        if tenant is None or key is None:
            raise problems.not_found("API key")
        return Me(tenant=tenant, key=key, role=principal.role, scopes=sorted(principal.scopes))

    async def add_tenant(self, wish: NewTenant) -> Tenant:
        tenant = await self._accounts.add_tenant(wish)
        if tenant is None:
            raise problems.conflict(f"There is a tenant `{wish.slug}` already. Choose another slug.")
        return tenant

    async def tenants(self, before: UUID, count: int) -> Sequence[Tenant]:
        return await self._accounts.tenants(before, count)

    async def tenant(self, name: str) -> Tenant:
        """By slug or id."""
        try:
            tenant = await self._accounts.tenant(UUID(name))
        except ValueError:
            tenant = await self._accounts.tenant_by_slug(name)
        if tenant is None:
            raise problems.not_found("tenant")
        return tenant

    async def change_tenant(self, name: str, change: TenantChange) -> Tenant:
        tenant = await self.tenant(name)
        await self._accounts.limit_tenant(tenant.id, change.max_jobs)
        return tenant.model_copy(update={"max_jobs": change.max_jobs})

    async def add_key(self, maker: Principal, tenant_id: UUID, wish: WishedKey) -> CreatedKey:
        may_make(maker, wish, datetime.now(UTC))
        return await self.issue_key(tenant_id, wish, maker.created_by)

    async def issue_key(self, tenant_id: UUID, wish: WishedKey, created_by: str) -> CreatedKey:
        """Without asking who makes it: for `add_key` and for the operator's command line."""
        key = make_key(self._pepper)
        stored = await self._accounts.add_key(tenant_id, wish, key, created_by)
        return CreatedKey(**stored.model_dump(), key=key.text)

    async def keys(self, tenant_id: UUID, query: KeyQuery) -> Sequence[ApiKey]:
        return await self._accounts.keys(tenant_id, query)

    async def revoke_own(self, principal: Principal, key_id: UUID) -> None:
        """A key of the principal's tenant."""
        key = await self._accounts.key(principal.tenant_id, key_id)
        await self._revoke(principal, key)

    async def revoke_any(self, principal: Principal, key_id: UUID) -> None:
        """A key of whichever tenant: for super-admins."""
        key = await self._accounts.key_of_any_tenant(key_id)
        await self._revoke(principal, key)

    async def _revoke(self, principal: Principal, key: ApiKey | None) -> None:
        if key is None:
            raise problems.not_found("API key")
        if outranks(key.role, principal.role):
            raise problems.forbidden(f"A key of role {principal.role} cannot revoke one of role {key.role}.")
        await self._accounts.revoke(key.tenant_id, key.id)


def may_make(maker: Principal, wish: WishedKey, now: datetime) -> None:
    """Raises what speaks against it."""
    role_scopes = SCOPES[wish.role]
    wished = role_scopes if wish.scopes is None else wish.scopes
    if outranks(wish.role, maker.role) or not wished <= maker.scopes:
        raise problems.forbidden("A key cannot give more than it has. Use a key with more rights, or wish for fewer.")
    if beyond := sorted(wished - role_scopes):
        raise problems.invalid(FieldError("scopes", f"beyond the role {wish.role}: {', '.join(beyond)}"))
    if wish.expires_at is not None and wish.expires_at <= now:
        raise problems.invalid(FieldError("expires_at", "must be in the future"))
