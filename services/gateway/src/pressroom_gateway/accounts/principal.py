"""Who asks: what the rest of the gateway knows of a request's API key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .roles import Role, Scope


@dataclass(frozen=True, slots=True)
class Principal:
    tenant_id: UUID
    key_id: UUID
    name: str
    """The key's."""
    role: Role
    scopes: frozenset[Scope]
    created_at: datetime
    """When the key was made."""

    @property
    def created_by(self) -> str:
        """How rows name their maker."""
        return f"key:{self.name}"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes
