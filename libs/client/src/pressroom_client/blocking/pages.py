"""`/v1/pages`: what texts are written for."""

# Written by libs/client/write_blocking.py: edit aio/pages.py instead.

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from pressroom_client.messages import KEEP, Call, Keep, changed, given, path
from pressroom_client.models import Page
from pressroom_client.retries import Safety

from .session import Session


class Pages:
    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self,
        url: str,
        *,
        keyword: str,
        language: str,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Page:
        body = given(url=url, keyword=keyword, language=language, title=title, metadata=metadata)
        return self._session.ask(Page, Call("POST", path("pages"), body=body, safety=Safety.ONCE))

    def get(self, page_id: UUID | str) -> Page:
        return self._session.ask(Page, Call("GET", path("pages", page_id)))

    def change(
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
        return self._session.ask(Page, Call("PATCH", path("pages", page_id), body=body))

    def delete(self, page_id: UUID | str) -> None:
        self._session.send(Call("DELETE", path("pages", page_id), safety=Safety.ONCE))

    def list(self, *, language: str | None = None, text: str | None = None, limit: int | None = None) -> Iterator[Page]:
        """Newest first; `text`: a part of the address, the keyword or the title."""
        return self._session.pages(Page, path("pages"), {"language": language, "text": text}, limit)
