"""`/v1/pages`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.pagination import Listing, listing

from .contracts import NewPage, Page, PageChange, PagesQuery
from .service import PageService

router = APIRouter(prefix="/v1/pages", tags=["pages"])


async def _service(request: Request) -> PageService:
    service: PageService = request.app.state.pages
    return service


Service = Annotated[PageService, Depends(_service)]
Reader = Annotated[Principal, requires("pages:read")]
Writer = Annotated[Principal, requires("pages:write")]


@router.post("", status_code=201, summary="Make a page")
async def add_page(wish: NewPage, principal: Writer, service: Service, response: Response) -> Page:
    page = await service.add(principal, wish)
    response.headers["Location"] = f"/v1/pages/{page.id}"
    return page


@router.get("", summary="List pages")
async def list_pages(query: Annotated[PagesQuery, Query()], principal: Reader, service: Service) -> Listing[Page]:
    return listing(await service.page(principal, query), query.limit, lambda page: page.id)


@router.get("/{page_id}", summary="Show a page")
async def show_page(page_id: UUID, principal: Reader, service: Service) -> Page:
    return await service.find(principal, page_id)


@router.patch("/{page_id}", summary="Change a page")
async def change_page(page_id: UUID, change: PageChange, principal: Writer, service: Service) -> Page:
    return await service.change(principal, page_id, change)


@router.delete("/{page_id}", status_code=204, summary="Delete a page")
async def delete_page(page_id: UUID, principal: Writer, service: Service) -> None:
    await service.delete(principal, page_id)
