"""What is kept of an administrative call."""

from uuid import UUID

from msgspec import Struct

Plain = str | int | float | bool | None | list[str]
"""What a detail may be."""


class Call(Struct, frozen=True, kw_only=True):
    """One call, as it was answered. Nothing in it is a secret: `plain.py` has seen to that."""

    id: UUID
    key_id: UUID
    tenant_id: UUID
    """The key's."""
    created_by: str
    """The key's name, as rows name their maker: `key:owner`."""
    method: str
    route: str
    """A template: `/v1/admin/tenants/{tenant}/api-keys`."""
    path_params: dict[str, str]
    query: dict[str, str]
    fields: list[str]
    """Names of the body's fields; their values are kept where the handler told them (`details`)."""
    details: dict[str, Plain]
    request_id: str
    address: str
    user_agent: str
    status: int
