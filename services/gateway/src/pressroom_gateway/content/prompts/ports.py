"""What prompts need from the world. Every method raises Unavailable; a tenant reads its own and system-wide ones."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from .contracts import NewPrompt, NewVersion, Prompt, PromptChange, PromptQuery, PromptVersion


class Prompts(Protocol):
    """An `owner` is the tenant that a prompt belongs to; None: it is system-wide."""

    async def add(self, owner: UUID | None, wish: NewPrompt, label: str, created_by: str) -> Prompt:
        """With its first version, labelled."""
        ...

    async def find(self, tenant_id: UUID, prompt_id: UUID) -> Prompt | None: ...

    async def page(self, tenant_id: UUID, query: PromptQuery) -> Sequence[Prompt]:
        """One more than the query's limit where there is a next page."""
        ...

    async def change(self, owner: UUID | None, prompt_id: UUID, change: PromptChange) -> Prompt | None: ...

    async def delete(self, owner: UUID | None, prompt_id: UUID) -> bool:
        """Whether it was there."""
        ...

    async def add_version(
        self, owner: UUID | None, prompt_id: UUID, wish: NewVersion, created_by: str
    ) -> PromptVersion | None:
        """With the next number, also when several come at once."""
        ...

    async def versions(self, tenant_id: UUID, prompt_id: UUID, before: int, count: int) -> Sequence[PromptVersion]:
        """Newest first."""
        ...

    async def label(self, owner: UUID | None, prompt_id: UUID, label: str, version: int, updated_by: str) -> bool:
        """Whether there is such a version."""
        ...

    async def remove_label(self, owner: UUID | None, prompt_id: UUID, label: str) -> bool:
        """Whether it was there."""
        ...
