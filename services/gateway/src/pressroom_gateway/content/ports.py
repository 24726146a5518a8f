"""Where the ingredients of a text come from. Every method is one query and raises Unavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from .composition import PageContext


@dataclass(frozen=True, slots=True)
class PromptSource:
    """A prompt that the tenant can read, with the version that was asked for."""

    name: str
    active: bool
    version: int | None
    """None: the prompt has no such version, or none with that label."""
    template: str | None
    model: str | None


class Sources(Protocol):
    async def prompt(self, tenant_id: UUID, prompt_id: UUID, version: int | None, label: str) -> PromptSource | None:
        """The version by its number, or else by its label. None: no such prompt for this tenant."""
        ...

    async def page(self, tenant_id: UUID, page_id: UUID) -> PageContext | None: ...


class ManySources(Sources, Protocol):
    async def pages(self, tenant_id: UUID, page_ids: Sequence[UUID]) -> dict[UUID, PageContext]:
        """Of those that the tenant has."""
        ...
