"""The audit as super-admins see it."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pressroom_gateway.fields import Name
from pressroom_gateway.pagination import PageQuery

from .records import Plain


class AuditEntry(BaseModel):
    """An administrative call: who did what, when, from where, and how it was answered."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    at: datetime
    key_id: UUID
    tenant_id: UUID = Field(description="Of the key that called.")
    created_by: str = Field(examples=["key:owner"])
    action: str = Field(description="Method and route.", examples=["POST /v1/admin/tenants/{tenant}/api-keys"])
    path_params: dict[str, str] = Field(examples=[{"tenant": "acme"}])
    query: dict[str, str]
    fields: list[str] = Field(description="Names of the body's fields.", examples=[["name", "role"]])
    details: dict[str, Plain] = Field(
        description="What of the body, and of what came of it, is worth knowing and no secret.",
        examples=[{"name": "website", "role": "editor"}],
    )
    request_id: str
    address: str = Field(description="Of the client, as the gateway sees it.", examples=["10.0.0.7"])
    user_agent: str
    status: int = Field(description="Of the answer.", examples=[201, 403])


class AuditQuery(PageQuery):
    who: Name | None = Field(None, description="A key's id or name, or a tenant's id.", examples=["owner"])
    action: Name | None = Field(
        None,
        description="A part of the action, as it is listed or with the names in it filled in.",
        examples=["DELETE", "/api-keys", "lanes/low/pause"],
    )
    since: AwareDatetime | None = Field(None, alias="from", description="At this time or later.")
    until: AwareDatetime | None = Field(None, alias="to", description="Before this time.")
