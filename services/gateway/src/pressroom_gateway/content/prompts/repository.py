"""All SQL of prompts."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import text

from pressroom_common.database import Database, Row
from pressroom_common.ids import uuid7

from .contracts import NewPrompt, NewVersion, Prompt, PromptChange, PromptQuery, PromptVersion

_COLUMNS = (
    "id, name, type, active, tenant_id IS NULL AS system_wide, latest_version, created_by, created_at, updated_at"
)
_LABELS = """
    (SELECT COALESCE(json_object_agg(label, version ORDER BY label), '{}')
     FROM prompt_labels WHERE prompt_id = prompts.id) AS labels
"""
_VERSION = "number, template, model, created_by, created_at"
_READABLE = "(tenant_id = :tenant_id OR tenant_id IS NULL)"
_OWNED = "tenant_id IS NOT DISTINCT FROM CAST(:owner AS uuid)"

_ADD = text(f"""
    WITH prompt AS (
        INSERT INTO prompts (id, tenant_id, name, type, active, latest_version, created_by)
        VALUES (:id, :owner, :name, :type, :active, 1, :created_by) RETURNING *
    ), version AS (
        INSERT INTO prompt_versions (prompt_id, number, tenant_id, template, model, created_by)
        SELECT id, 1, tenant_id, CAST(:template AS text), CAST(:model AS text), created_by FROM prompt
    ), label AS (
        INSERT INTO prompt_labels (prompt_id, label, tenant_id, version, updated_by)
        SELECT id, CAST(:label AS text), tenant_id, 1, created_by FROM prompt
    )
    SELECT {_COLUMNS}, json_build_object(CAST(:label AS text), 1) AS labels FROM prompt
""")
_FIND = text(f"SELECT {_COLUMNS}, {_LABELS} FROM prompts WHERE id = :prompt_id AND {_READABLE}")
_PAGE = text(f"""
    SELECT {_COLUMNS}, {_LABELS} FROM prompts
    WHERE {_READABLE} AND id < :before
      AND (CAST(:type AS text) IS NULL OR type = :type)
      AND (CAST(:active AS boolean) IS NULL OR active = :active)
      AND (CAST(:system_wide AS boolean) IS NULL OR (tenant_id IS NULL) = :system_wide)
      AND (CAST(:text AS text) IS NULL OR strpos(lower(name), lower(:text)) > 0)
    ORDER BY id DESC LIMIT :count
""")
_CHANGE = text(f"""
    UPDATE prompts SET name = COALESCE(:name, name), type = COALESCE(:type, type),
        active = COALESCE(:active, active), updated_at = now()
    WHERE id = :prompt_id AND {_OWNED} RETURNING {_COLUMNS}, {_LABELS}
""")
_DELETE = text(f"DELETE FROM prompts WHERE id = :prompt_id AND {_OWNED}")
_ADD_VERSION = text(f"""
    WITH prompt AS (
        UPDATE prompts SET latest_version = latest_version + 1, updated_at = now()
        WHERE id = :prompt_id AND {_OWNED} RETURNING id, tenant_id, latest_version
    )
    INSERT INTO prompt_versions (prompt_id, number, tenant_id, template, model, created_by)
    SELECT id, latest_version, tenant_id, CAST(:template AS text), CAST(:model AS text), CAST(:created_by AS text)
    FROM prompt RETURNING {_VERSION}
""")
_VERSIONS = text(f"""
    SELECT {_VERSION} FROM prompt_versions WHERE prompt_id = :prompt_id AND {_READABLE} AND number < :before
    ORDER BY number DESC LIMIT :count
""")
_LABEL = text(f"""
    INSERT INTO prompt_labels (prompt_id, label, tenant_id, version, updated_by)
    SELECT prompt_id, CAST(:label AS text), tenant_id, number, CAST(:updated_by AS text)
    FROM prompt_versions WHERE prompt_id = :prompt_id AND number = :version AND {_OWNED}
    ON CONFLICT (prompt_id, label)
    DO UPDATE SET version = excluded.version, updated_by = excluded.updated_by, updated_at = now()
""")
_REMOVE_LABEL = text(f"DELETE FROM prompt_labels WHERE prompt_id = :prompt_id AND label = :label AND {_OWNED}")


class PostgresPrompts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, owner: UUID | None, wish: NewPrompt, label: str, created_by: str) -> Prompt:
        values = wish.model_dump(exclude={"system_wide"})
        rows = await self._database.fetch(_ADD, **values, id=uuid7(), owner=owner, label=label, created_by=created_by)
        return _prompt(rows[0])

    async def find(self, tenant_id: UUID, prompt_id: UUID) -> Prompt | None:
        rows = await self._database.fetch(_FIND, tenant_id=tenant_id, prompt_id=prompt_id)
        return _prompt(rows[0]) if rows else None

    async def page(self, tenant_id: UUID, query: PromptQuery) -> Sequence[Prompt]:
        filters = query.model_dump(exclude={"limit", "cursor"})
        rows = await self._database.fetch(
            _PAGE, **filters, tenant_id=tenant_id, before=query.before, count=query.limit + 1
        )
        return [_prompt(row) for row in rows]

    async def change(self, owner: UUID | None, prompt_id: UUID, change: PromptChange) -> Prompt | None:
        wish = change.model_dump(exclude_unset=True)
        values = {column: wish.get(column) for column in ("name", "type", "active")}
        rows = await self._database.fetch(_CHANGE, **values, owner=owner, prompt_id=prompt_id)
        return _prompt(rows[0]) if rows else None

    async def delete(self, owner: UUID | None, prompt_id: UUID) -> bool:
        return await self._database.execute(_DELETE, owner=owner, prompt_id=prompt_id) > 0

    async def add_version(
        self, owner: UUID | None, prompt_id: UUID, wish: NewVersion, created_by: str
    ) -> PromptVersion | None:
        rows = await self._database.fetch(
            _ADD_VERSION,
            owner=owner,
            prompt_id=prompt_id,
            template=wish.template,
            model=wish.model,
            created_by=created_by,
        )
        return PromptVersion.model_validate(rows[0]) if rows else None

    async def versions(self, tenant_id: UUID, prompt_id: UUID, before: int, count: int) -> Sequence[PromptVersion]:
        rows = await self._database.fetch(
            _VERSIONS, tenant_id=tenant_id, prompt_id=prompt_id, before=before, count=count
        )
        return [PromptVersion.model_validate(row) for row in rows]

    async def label(self, owner: UUID | None, prompt_id: UUID, label: str, version: int, updated_by: str) -> bool:
        moved = await self._database.execute(
            _LABEL, owner=owner, prompt_id=prompt_id, label=label, version=version, updated_by=updated_by
        )
        return moved > 0

    async def remove_label(self, owner: UUID | None, prompt_id: UUID, label: str) -> bool:
        return await self._database.execute(_REMOVE_LABEL, owner=owner, prompt_id=prompt_id, label=label) > 0


def _prompt(row: Row) -> Prompt:
    return Prompt.model_validate({**row, "labels": msgspec.json.decode(row.labels)})
