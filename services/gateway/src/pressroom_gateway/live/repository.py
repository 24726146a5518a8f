"""The ledger's jobs as those see them who watch."""

from collections.abc import Sequence
from uuid import UUID

from pressroom_common.database import Database, Row
from pressroom_gateway.ledger.repository import view_of

from . import statements
from .records import Duration, Standing


class PostgresStandings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def standings(self, job_ids: Sequence[UUID]) -> list[Standing]:
        return [_standing(row) for row in await self._database.fetch(statements.STANDINGS, ids=list(job_ids))]

    async def versions(self, job_ids: Sequence[UUID]) -> dict[UUID, int]:
        rows = await self._database.fetch(statements.VERSIONS, ids=list(job_ids))
        return {row.id: row.version for row in rows}

    async def durations(self) -> list[Duration]:
        return [Duration(**dict(row)) for row in await self._database.fetch(statements.DURATIONS)]


def _standing(row: Row) -> Standing:
    fields = dict(row)
    own = {name: fields.pop(name) for name in ("claim", "n", "version", "input_size")}
    return Standing(job=view_of(fields), tenant_id=row.tenant_id, **own)
