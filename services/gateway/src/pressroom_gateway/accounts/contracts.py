"""Tenants and API keys as clients see them."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pressroom_gateway.fields import Form, Name
from pressroom_gateway.pagination import PageQuery

from .roles import Role, Scope

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Tenant(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    slug: str = Field(examples=["acme"])
    name: str = Field(examples=["Acme Media"])
    max_jobs: int | None = Field(description="Of its jobs that may be out at a time; null: the settings' number.")
    created_at: datetime


class TenantChange(Form):
    max_jobs: int | None = Field(ge=1, le=1_000_000, description="Null: the settings' number.")


class NewTenant(Form):
    slug: str = Field(pattern=SLUG, max_length=63, examples=["acme"])
    name: Name = Field(examples=["Acme Media"])


class ApiKey(BaseModel):
    """All that can be told of a key: the key itself is shown once, when it is made."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    tenant_id: UUID
    name: str = Field(examples=["website"])
    prefix: str = Field(description="The key's beginning: `pr_<prefix>_…`.", examples=["k3v9x0qa"])
    role: Role
    scopes: list[Scope] | None = Field(description="Null: everything that the role may do.")
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="Written about once a minute.")
    created_by: str = Field(examples=["key:owner"])
    created_at: datetime


class CreatedKey(ApiKey):
    key: str = Field(
        description="Keep it now: it is not shown again.",
        examples=["pr_k3v9x0qa_Xq0vQ7Zr8mJ1cN5yT2bW6dF9hK3pL4sG0uA7eI8oR1t"],
    )


class WishedKey(Form):
    name: Name = Field(examples=["website"])
    role: Role = Field(examples=["editor"])
    scopes: frozenset[Scope] | None = Field(
        None, description="Fewer rights than the role has.", examples=[["generations:write", "jobs:read"]]
    )
    expires_at: AwareDatetime | None = Field(None, description="Without it the key holds until it is revoked.")


class KeyQuery(PageQuery):
    active: bool | None = Field(None, description="Neither revoked nor expired; or the others.")


class Me(BaseModel):
    """Who the API key belongs to, and what it may do."""

    tenant: Tenant
    key: ApiKey
    role: Role
    scopes: list[Scope]
