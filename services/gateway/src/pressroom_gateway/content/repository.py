"""The queries on the path of a generation: one for the prompt with its version, one for the page."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from pressroom_common.database import Database

from .composition import PageContext
from .ports import PromptSource

_PROMPT = text("""
    SELECT p.name, p.active, v.number, v.template, v.model
    FROM prompts p
    LEFT JOIN prompt_labels l ON l.prompt_id = p.id AND l.label = :label
    LEFT JOIN prompt_versions v ON v.prompt_id = p.id AND v.number = COALESCE(CAST(:version AS integer), l.version)
    WHERE p.id = :prompt_id AND (p.tenant_id = :tenant_id OR p.tenant_id IS NULL)
""")
_PAGE = text("SELECT url, title, keyword, language FROM pages WHERE id = :page_id AND tenant_id = :tenant_id")
_PAGES = text("""
    SELECT id, url, title, keyword, language FROM pages
    WHERE id = ANY(CAST(:page_ids AS uuid[])) AND tenant_id = :tenant_id
""")


class PostgresSources:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def prompt(self, tenant_id: UUID, prompt_id: UUID, version: int | None, label: str) -> PromptSource | None:
        rows = await self._database.fetch(
            _PROMPT, tenant_id=tenant_id, prompt_id=prompt_id, version=version, label=label
        )
        return next((PromptSource(row.name, row.active, row.number, row.template, row.model) for row in rows), None)

    async def page(self, tenant_id: UUID, page_id: UUID) -> PageContext | None:
        rows = await self._database.fetch(_PAGE, tenant_id=tenant_id, page_id=page_id)
        return next((PageContext(row.url, row.title, row.keyword, row.language) for row in rows), None)

    async def pages(self, tenant_id: UUID, page_ids: Sequence[UUID]) -> dict[UUID, PageContext]:
        rows = await self._database.fetch(_PAGES, tenant_id=tenant_id, page_ids=list(page_ids))
        return {row.id: PageContext(row.url, row.title, row.keyword, row.language) for row in rows}
