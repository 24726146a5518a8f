"""The history in PostgreSQL: what a fold writes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from pressroom_common.database import Database, as_json

from . import statements
from .records import Advance, AttemptsEnded, Changes, JobsEnded, Rows, TokensUsed


class PostgresHistory:
    """`stale` in seconds: from then on nobody speaks for a worker's name any more."""

    def __init__(self, database: Database, stale: float) -> None:
        self._database = database
        self._stale = stale

    async def fold(self, rows: Rows, advance: Advance | None = None) -> Changes:
        async with self._database.transaction() as connection:
            await connection.execute(statements.TAKE_TURN)
            changes = await _changes(connection, rows)
            await _write(connection, statements.FOLD_WORKERS, rows.workers, stale=self._stale)
            if advance:
                await connection.execute(statements.ADVANCE, {"after": advance.after, "to": advance.to})
        return changes

    async def cursor(self) -> str:
        return str((await self._database.fetch(statements.CURSOR))[0].position)

    async def rewind(self) -> None:
        await self._database.execute(statements.REWIND)

    async def forget_workers(self, after: float) -> None:
        await self._database.execute(statements.FORGET_WORKERS, after=after)


async def _changes(connection: AsyncConnection, rows: Rows) -> Changes:
    jobs = await _fold(connection, statements.FOLD_JOBS, rows.jobs)
    endings = await _fold(connection, statements.FOLD_ENDINGS, rows.endings)
    attempts = await _fold(connection, statements.FOLD_ATTEMPTS, rows.attempts)
    usages = await _fold(connection, statements.FOLD_USAGES, rows.usages)
    return Changes(
        jobs=sum(row.changed for row in jobs),
        jobs_ended=[JobsEnded(**row._asdict()) for row in endings],
        attempts_ended=[AttemptsEnded(**row._asdict()) for row in attempts],
        tokens_used=[TokensUsed(**row._asdict()) for row in usages],
    )


async def _fold(connection: AsyncConnection, statement: TextClause, rows: Sequence[Any]) -> Sequence[Row[Any]]:
    if not rows:
        return ()
    return (await connection.execute(statement, {"rows": as_json(rows)})).all()


async def _write(connection: AsyncConnection, statement: TextClause, rows: Sequence[Any], **parameters: Any) -> None:
    if rows:
        await connection.execute(statement, {"rows": as_json(rows), **parameters})
