"""A tenant's pages."""

from collections.abc import Sequence
from uuid import UUID

from pressroom_gateway import problems
from pressroom_gateway.accounts.principal import Principal

from .contracts import NewPage, Page, PageChange, PagesQuery
from .ports import Pages


class PageService:
    """Every method raises Problem and Unavailable."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def add(self, principal: Principal, wish: NewPage) -> Page:
        return await self._pages.add(principal.tenant_id, wish, principal.created_by)

    async def find(self, principal: Principal, page_id: UUID) -> Page:
        return _found(await self._pages.find(principal.tenant_id, page_id))

    async def page(self, principal: Principal, query: PagesQuery) -> Sequence[Page]:
        return await self._pages.page(principal.tenant_id, query)

    async def change(self, principal: Principal, page_id: UUID, change: PageChange) -> Page:
        return _found(await self._pages.change(principal.tenant_id, page_id, change))

    async def delete(self, principal: Principal, page_id: UUID) -> None:
        if not await self._pages.delete(principal.tenant_id, page_id):
            raise problems.not_found("page")


def _found(page: Page | None) -> Page:
    if page is None:
        raise problems.not_found("page")
    return page
