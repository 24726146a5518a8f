"""What a role may do. A right is a scope; a key has all scopes of its role, or fewer."""

from enum import StrEnum
from typing import Literal

Scope = Literal[
    "jobs:read",
    "jobs:write",
    "generations:write",
    "prompts:read",
    "prompts:write",
    "pages:read",
    "pages:write",
    "zuora:read",
    "zuora:write",
    "zuora:manage",
    "keys:manage",
    "admin",
]
"""`jobs:write` is cancel, retry, pause and the like; `admin` reaches across tenants and writes what is system-wide.

`zuora:write` syncs; `zuora:manage` is customers with their credentials, schedules, and exports with secrets.
"""


class Role(StrEnum):
    VIEWER = "viewer"
    EDITOR = "editor"
    TENANT_ADMIN = "tenant-admin"
    SUPER_ADMIN = "super-admin"


_VIEWER: frozenset[Scope] = frozenset({"jobs:read", "prompts:read", "pages:read", "zuora:read"})
_EDITOR: frozenset[Scope] = _VIEWER | {"jobs:write", "generations:write", "prompts:write", "pages:write", "zuora:write"}
_TENANT_ADMIN: frozenset[Scope] = _EDITOR | {"keys:manage", "zuora:manage"}
_SUPER_ADMIN: frozenset[Scope] = _TENANT_ADMIN | {"admin"}

SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.TENANT_ADMIN: _TENANT_ADMIN,
    Role.SUPER_ADMIN: _SUPER_ADMIN,
}


def outranks(role: Role, other: Role) -> bool:
    """Whether `role` may do more than `other`."""
    return SCOPES[role] > SCOPES[other]
