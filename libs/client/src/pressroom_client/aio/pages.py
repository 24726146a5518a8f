"""`/v1/pages`: what texts are written for."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from pressroom_client.messages import KEEP, Call, Keep, changed, given, path
from pressroom_client.models import Page
from pressroom_client.retries import Safety

from .session import AsyncSession


class AsyncPages:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(
        self,
        url: str,
        *,
        keyword: str,
        language: str,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Page:
        body = given(url=url, keyword=keyword, language=language, title=title, metadata=metadata)
        return await self._session.ask(Page, Call("POST", path("pages"), body=body, safety=Safety.ONCE))

    async def get(self, page_id: UUID | str) -> Page:
        return await self._session.ask(Page, Call("GET", path("pages", page_id)))

    async def change(
        self,
        page_id: UUID | str,
        *,
        url: str | None = None,
        keyword: str | None = None,
        language: str | None = None,
        title: str | Keep | None = KEEP,
        metadata: Mapping[str, Any] | None = None,
    ) -> Page:
        """Only what is given changes; `title=None` removes the title, `metadata` is replaced as a whole."""
        body = given(url=url, keyword=keyword, language=language, metadata=metadata) | changed(title=title)
        return await self._session.ask(Page, Call("PATCH", path("pages", page_id), body=body))

    async def delete(self, page_id: UUID | str) -> None:
        await self._session.send(Call("DELETE", path("pages", page_id), safety=Safety.ONCE))

    def list(
        self, *, language: str | None = None, text: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Page]:
        """Newest first; `text`: a part of the address, the keyword or the title."""
        return self._session.pages(Page, path("pages"), {"language": language, "text": text}, limit)
