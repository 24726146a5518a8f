"""What features need from the world. Every method raises Unavailable."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from .contracts import Flag
from .records import Feature, Rule


class StoredFlag(Struct, frozen=True):
    """The same twice: for people, and to decide by."""

    flag: Flag
    rule: Rule


class Flags(Protocol):
    async def all(self) -> Sequence[StoredFlag]:
        """Those that somebody has set, of features that this version knows."""
        ...

    async def set(self, feature: Feature, rule: Rule, changed_by: str) -> StoredFlag: ...

    async def tenant_ids(self, names: Sequence[str]) -> Mapping[str, UUID]:
        """By slug or id as given; unknown ones are left out."""
        ...
