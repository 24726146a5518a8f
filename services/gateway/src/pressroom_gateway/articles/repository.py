"""Articles in PostgreSQL: a look into their jobs."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import text

from pressroom_common.database import Database

from .records import Brief

_BRIEFS = text("""
    SELECT id, input ->> 'topic' AS topic, coalesce(input ->> 'language', 'en') AS language, result ->> 'title' AS title
    FROM jobs WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[])) AND deleted_at IS NULL
""")


class PostgresBriefs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant_id: UUID, job_ids: Collection[UUID]) -> Mapping[UUID, Brief]:
        rows = await self._database.fetch(_BRIEFS, tenant_id=tenant_id, ids=list(job_ids))
        return {row.id: Brief(topic=row.topic, language=row.language, title=row.title) for row in rows}
