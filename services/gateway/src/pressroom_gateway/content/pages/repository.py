"""All SQL of pages."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import text

from pressroom_common.database import Database, Row, as_json
from pressroom_common.ids import uuid7

from .contracts import NewPage, Page, PageChange, PagesQuery

_COLUMNS = "id, url, keyword, language, title, metadata, created_by, created_at, updated_at"

_ADD = text(f"""
    INSERT INTO pages (id, tenant_id, url, keyword, language, title, metadata, created_by)
    VALUES (:id, :tenant_id, :url, :keyword, :language, :title, CAST(:metadata AS jsonb), :created_by)
    RETURNING {_COLUMNS}
""")
_FIND = text(f"SELECT {_COLUMNS} FROM pages WHERE tenant_id = :tenant_id AND id = :page_id")
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM pages
    WHERE tenant_id = :tenant_id AND id < :before
      AND (CAST(:language AS text) IS NULL OR language = :language)
      AND (CAST(:text AS text) IS NULL OR strpos(lower(concat_ws(' ', url, keyword, title)), lower(:text)) > 0)
    ORDER BY id DESC LIMIT :count
""")
_CHANGE = text(f"""
    UPDATE pages SET url = COALESCE(:url, url), keyword = COALESCE(:keyword, keyword),
        language = COALESCE(:language, language), metadata = COALESCE(CAST(:metadata AS jsonb), metadata),
        title = CASE WHEN :retitle THEN :title ELSE title END, updated_at = now()
    WHERE tenant_id = :tenant_id AND id = :page_id RETURNING {_COLUMNS}
""")
_DELETE = text("DELETE FROM pages WHERE tenant_id = :tenant_id AND id = :page_id")


class PostgresPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: UUID, wish: NewPage, created_by: str) -> Page:
        values = {**wish.model_dump(), "metadata": as_json(wish.metadata)}
        rows = await self._database.fetch(_ADD, **values, id=uuid7(), tenant_id=tenant_id, created_by=created_by)
        return _page(rows[0])

    async def find(self, tenant_id: UUID, page_id: UUID) -> Page | None:
        rows = await self._database.fetch(_FIND, tenant_id=tenant_id, page_id=page_id)
        return _page(rows[0]) if rows else None

    async def page(self, tenant_id: UUID, query: PagesQuery) -> Sequence[Page]:
        filters = query.model_dump(exclude={"limit", "cursor"})
        rows = await self._database.fetch(
            _PAGE, **filters, tenant_id=tenant_id, before=query.before, count=query.limit + 1
        )
        return [_page(row) for row in rows]

    async def change(self, tenant_id: UUID, page_id: UUID, change: PageChange) -> Page | None:
        wish = change.model_dump(exclude_unset=True)
        values = {column: wish.get(column) for column in ("url", "keyword", "language", "title")}
        metadata = as_json(wish["metadata"]) if "metadata" in wish else None
        rows = await self._database.fetch(
            _CHANGE, **values, metadata=metadata, retitle="title" in wish, tenant_id=tenant_id, page_id=page_id
        )
        return _page(rows[0]) if rows else None

    async def delete(self, tenant_id: UUID, page_id: UUID) -> bool:
        return await self._database.execute(_DELETE, tenant_id=tenant_id, page_id=page_id) > 0


def _page(row: Row) -> Page:
    return Page.model_validate({**row, "metadata": msgspec.json.decode(row.metadata)})
