"""What pages need from the world. Every method raises Unavailable."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from .contracts import NewPage, Page, PageChange, PagesQuery


class Pages(Protocol):
    async def add(self, tenant_id: UUID, wish: NewPage, created_by: str) -> Page: ...

    async def find(self, tenant_id: UUID, page_id: UUID) -> Page | None: ...

    async def page(self, tenant_id: UUID, query: PagesQuery) -> Sequence[Page]:
        """One more than the query's limit where there is a next page."""
        ...

    async def change(self, tenant_id: UUID, page_id: UUID, change: PageChange) -> Page | None: ...

    async def delete(self, tenant_id: UUID, page_id: UUID) -> bool:
        """Whether it was there."""
        ...
