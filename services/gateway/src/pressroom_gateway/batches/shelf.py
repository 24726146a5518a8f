"""Stored prompts and pages as one bulk request needs them: each is read once, whatever the number of its items."""

from collections.abc import Iterable
from uuid import UUID

from pressroom_gateway.content.composition import PageContext
from pressroom_gateway.content.ports import ManySources, PromptSource

_Wish = tuple[UUID, UUID, int | None, str]


class Shelf:
    """The port `Sources`, for the length of a request."""

    def __init__(self, sources: ManySources) -> None:
        self._sources = sources
        self._prompts: dict[_Wish, PromptSource | None] = {}
        self._pages: dict[UUID, PageContext | None] = {}

    async def fetch(self, tenant_id: UUID, page_ids: Iterable[UUID]) -> None:
        """These pages, in one query."""
        wanted = list(dict.fromkeys(page_ids))
        if wanted:
            found = await self._sources.pages(tenant_id, wanted)
            self._pages = {page_id: found.get(page_id) for page_id in wanted}

    async def prompt(self, tenant_id: UUID, prompt_id: UUID, version: int | None, label: str) -> PromptSource | None:
        wish = (tenant_id, prompt_id, version, label)
        if wish not in self._prompts:
            self._prompts[wish] = await self._sources.prompt(tenant_id, prompt_id, version, label)
        return self._prompts[wish]

    async def page(self, tenant_id: UUID, page_id: UUID) -> PageContext | None:
        if page_id not in self._pages:
            self._pages[page_id] = await self._sources.page(tenant_id, page_id)
        return self._pages[page_id]
