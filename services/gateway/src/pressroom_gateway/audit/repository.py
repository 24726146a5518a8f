"""The audit in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from pressroom_common.database import Database, Row, as_json

from .contracts import AuditEntry, AuditQuery
from .records import Call

_ADD = text("""
INSERT INTO audit (id, key_id, tenant_id, created_by, method, route, path_params, query, fields, details, request_id,
    address, user_agent, status)
VALUES (:id, :key_id, :tenant_id, :created_by, :method, :route, CAST(:path_params AS json), CAST(:query AS json),
    :fields, CAST(:details AS json), :request_id, :address, :user_agent, :status)
""")

# The route as it was called: a path parameter is a whole part of it.
_CALLED = """array_to_string(ARRAY(
        SELECT coalesce(path_params ->> substring(part FROM '^{(.*)}$'), part)
        FROM unnest(string_to_array(route, '/')) WITH ORDINALITY AS parts(part, place) ORDER BY place
    ), '/')"""

_ENTRIES = text(f"""
SELECT id, at, key_id, tenant_id, created_by, method || ' ' || route AS action,
    CAST(path_params AS text) AS path_params, CAST(query AS text) AS query, fields, CAST(details AS text) AS details,
    request_id, address, user_agent, status
FROM audit
WHERE id < :before
    AND (CAST(:who_id AS uuid) IS NULL OR :who_id IN (key_id, tenant_id))
    AND (CAST(:who_name AS text) IS NULL OR created_by IN (:who_name, 'key:' || :who_name))
    AND (CAST(:action AS text) IS NULL OR strpos(method || ' ' || route, :action) > 0
        OR strpos(method || ' ' || {_CALLED}, :action) > 0)
    AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
    AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
ORDER BY id DESC LIMIT :count
""")


class PostgresTrail:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, call: Call) -> None:
        fields: dict[str, Any] = msgspec.structs.asdict(call)
        for name in ("path_params", "query", "details"):
            fields[name] = as_json(fields[name])
        await self._database.execute(_ADD, **fields)

    async def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        who_id = _as_id(query.who)
        rows = await self._database.fetch(
            _ENTRIES,
            before=query.before,
            who_id=who_id,
            who_name=None if who_id else query.who,
            action=query.action,
            since=query.since,
            until=query.until,
            count=query.limit + 1,
        )
        return [_entry(row) for row in rows]


def _as_id(who: str | None) -> UUID | None:
    try:
        return UUID(who) if who else None
    except ValueError:
        return None


def _entry(row: Row) -> AuditEntry:
    fields = dict(row)
    for name in ("path_params", "query", "details"):
        fields[name] = msgspec.json.decode(fields[name])
    return AuditEntry(**fields)
