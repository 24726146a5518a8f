"""Flags in PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pressroom_common.database import Database, Row

from . import statements
from .contracts import Flag
from .ports import StoredFlag
from .records import FEATURES, Feature, Rule


class PostgresFlags:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[StoredFlag]:
        return [_stored(row) for row in await self._database.fetch(statements.ALL, features=list(FEATURES))]

    async def set(self, feature: Feature, rule: Rule, changed_by: str) -> StoredFlag:
        rows = await self._database.fetch(
            statements.SET,
            feature=feature,
            audience=rule.audience,
            percent=rule.percent,
            percent_of=rule.percent_of,
            tenants=list(rule.tenants),
            new_since=rule.new_since,
            changed_by=changed_by,
        )
        return _stored(rows[0])

    async def tenant_ids(self, names: Sequence[str]) -> Mapping[str, UUID]:
        ids = {name: _as_id(name) for name in names}
        rows = await self._database.fetch(
            statements.TENANTS, slugs=list(ids), ids=[each for each in ids.values() if each is not None]
        )
        by_name = {row.slug: row.id for row in rows} | {str(row.id): row.id for row in rows}
        found = {name: by_name.get(name if id_ is None else str(id_)) for name, id_ in ids.items()}
        return {name: id_ for name, id_ in found.items() if id_ is not None}


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _stored(row: Row) -> StoredFlag:
    rule = Rule(
        audience=row.audience,
        percent=row.percent,
        percent_of=row.percent_of,
        tenants=frozenset(row.tenant_ids),
        new_since=row.new_since,
    )
    return StoredFlag(Flag.model_validate(row), rule)
