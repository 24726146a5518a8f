"""The history in PostgreSQL."""

from pressroom_common.database import Database

from . import statements


class PostgresHistory:
    """The port `History`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_syncs(self, seconds: float, limit: int) -> int:
        return await self._database.execute(statements.DELETE_SYNCS, seconds=seconds, limit=limit)

    async def delete_versions(self, seconds: float, kept: int, limit: int) -> int:
        return await self._database.execute(statements.DELETE_VERSIONS, seconds=seconds, kept=kept, limit=limit)
