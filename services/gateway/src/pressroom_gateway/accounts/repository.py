"""All SQL of accounts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from pressroom_common.database import Database, Row, as_json, recordset
from pressroom_common.ids import uuid7

from .contracts import ApiKey, KeyQuery, NewTenant, Tenant, WishedKey
from .keys import NewKey
from .ports import StoredKey
from .principal import Principal
from .roles import SCOPES, Role

_TENANT = "id, slug, name, max_jobs, created_at"
_KEY = "id, tenant_id, name, prefix, role, scopes, expires_at, revoked_at, last_used_at, created_by, created_at"
_VALID = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"

_VALID_KEYS = text(f"""
    SELECT id, tenant_id, name, role, scopes, created_at, digest,
        EXTRACT(epoch FROM expires_at - now())::float8 AS expires_in
    FROM api_keys WHERE prefix = :prefix AND {_VALID}
""")
_TOUCH = text(f"""
    UPDATE api_keys SET last_used_at = GREATEST(last_used_at, now() - used.ago * interval '1 second')
    FROM {recordset("used", "id uuid, ago float8")} WHERE api_keys.id = used.id
""")
_ADD_TENANT = text(f"""
    INSERT INTO tenants (id, slug, name) VALUES (:id, :slug, :name)
    ON CONFLICT (slug) DO NOTHING RETURNING {_TENANT}
""")
_TENANT_BY_ID = text(f"SELECT {_TENANT} FROM tenants WHERE id = :id")
_TENANT_BY_SLUG = text(f"SELECT {_TENANT} FROM tenants WHERE slug = :slug")
_LIMIT_TENANT = text("UPDATE tenants SET max_jobs = CAST(:max_jobs AS integer) WHERE id = :id")
_TENANTS = text(f"SELECT {_TENANT} FROM tenants WHERE id < :before ORDER BY id DESC LIMIT :count")
_ADD_KEY = text(f"""
    INSERT INTO api_keys (id, tenant_id, name, prefix, digest, role, scopes, expires_at, created_by)
    VALUES (:id, :tenant_id, :name, :prefix, :digest, :role, :scopes, :expires_at, :created_by)
    RETURNING {_KEY}
""")
_KEY_BY_ID = text(f"SELECT {_KEY} FROM api_keys WHERE tenant_id = :tenant_id AND id = :id")
_KEY_OF_ANY_TENANT = text(f"SELECT {_KEY} FROM api_keys WHERE id = :id")
_KEYS = text(f"""
    SELECT {_KEY} FROM api_keys
    WHERE tenant_id = :tenant_id AND id < :before
      AND (CAST(:active AS boolean) IS NULL OR ({_VALID}) = :active)
    ORDER BY id DESC LIMIT :count
""")
_REVOKE = text("""
    UPDATE api_keys SET revoked_at = now() WHERE tenant_id = :tenant_id AND id = :id AND revoked_at IS NULL
""")


class PostgresAccounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def valid_keys(self, prefix: str) -> Sequence[StoredKey]:
        rows = await self._database.fetch(_VALID_KEYS, prefix=prefix)
        return [StoredKey(_principal(row), row.digest, row.expires_in) for row in rows]

    async def touch(self, used: Mapping[UUID, float]) -> None:
        rows = [{"id": key_id, "ago": ago} for key_id, ago in used.items()]
        await self._database.execute(_TOUCH, rows=as_json(rows))

    async def add_tenant(self, wish: NewTenant) -> Tenant | None:
        rows = await self._database.fetch(_ADD_TENANT, id=uuid7(), slug=wish.slug, name=wish.name)
        return Tenant.model_validate(rows[0]) if rows else None

    async def tenant(self, tenant_id: UUID) -> Tenant | None:
        rows = await self._database.fetch(_TENANT_BY_ID, id=tenant_id)
        return Tenant.model_validate(rows[0]) if rows else None

    async def tenant_by_slug(self, slug: str) -> Tenant | None:
        rows = await self._database.fetch(_TENANT_BY_SLUG, slug=slug)
        return Tenant.model_validate(rows[0]) if rows else None

    async def limit_tenant(self, tenant_id: UUID, max_jobs: int | None) -> None:
        await self._database.execute(_LIMIT_TENANT, id=tenant_id, max_jobs=max_jobs)

    async def tenants(self, before: UUID, count: int) -> Sequence[Tenant]:
        rows = await self._database.fetch(_TENANTS, before=before, count=count)
        return [Tenant.model_validate(row) for row in rows]

    async def add_key(self, tenant_id: UUID, wish: WishedKey, key: NewKey, created_by: str) -> ApiKey:
        rows = await self._database.fetch(
            _ADD_KEY,
            id=uuid7(),
            tenant_id=tenant_id,
            name=wish.name,
            prefix=key.prefix,
            digest=key.digest,
            role=wish.role,
            scopes=None if wish.scopes is None else sorted(wish.scopes),
            expires_at=wish.expires_at,
            created_by=created_by,
        )
        return ApiKey.model_validate(rows[0])

    async def key(self, tenant_id: UUID, key_id: UUID) -> ApiKey | None:
        rows = await self._database.fetch(_KEY_BY_ID, tenant_id=tenant_id, id=key_id)
        return ApiKey.model_validate(rows[0]) if rows else None

    async def key_of_any_tenant(self, key_id: UUID) -> ApiKey | None:
        rows = await self._database.fetch(_KEY_OF_ANY_TENANT, id=key_id)
        return ApiKey.model_validate(rows[0]) if rows else None

    async def keys(self, tenant_id: UUID, query: KeyQuery) -> Sequence[ApiKey]:
        rows = await self._database.fetch(
            _KEYS, tenant_id=tenant_id, before=query.before, active=query.active, count=query.limit + 1
        )
        return [ApiKey.model_validate(row) for row in rows]

    async def revoke(self, tenant_id: UUID, key_id: UUID) -> None:
        await self._database.execute(_REVOKE, tenant_id=tenant_id, id=key_id)


def _principal(row: Row) -> Principal:
    """A key's scopes never reach beyond its role, whatever the role may do by now."""
    role = Role(row.role)
    granted = SCOPES[role] if row.scopes is None else SCOPES[role].intersection(row.scopes)
    return Principal(row.tenant_id, row.id, row.name, role, granted, row.created_at)
