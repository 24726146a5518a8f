"""The history in PostgreSQL: what a fold writes."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import TextClause

from pressroom_common.database import Database, Row, Transaction, as_json

from . import statements
from .records import Advance, AttemptsEnded, Changes, JobsEnded, Rows, TokensUsed


class PostgresHistory:
    """`stale` in seconds: from then on nobody speaks for a worker's name any more."""

    def __init__(self, database: Database, stale: float) -> None:
        self._database = database
        self._stale = stale

    async def fold(self, rows: Rows, advance: Advance | None = None) -> Changes:
        async with self._database.transaction() as transaction:
            await transaction.fetch(statements.TAKE_TURN)
            changes = await _changes(transaction, rows)
            if rows.workers:
                await transaction.execute(statements.FOLD_WORKERS, rows=as_json(rows.workers), stale=self._stale)
            if advance:
                await transaction.execute(statements.ADVANCE, after=advance.after, to=advance.to)
        return changes

    async def cursor(self) -> str:
        return str((await self._database.fetch(statements.CURSOR))[0].position)

    async def rewind(self) -> None:
        await self._database.execute(statements.REWIND)

    async def forget_workers(self, after: float) -> None:
        await self._database.execute(statements.FORGET_WORKERS, after=after)

    async def forget_ended(self, after: float, limit: int) -> int:
        async with self._database.transaction() as transaction:
            await transaction.fetch(statements.TAKE_TURN)
            endings = await transaction.execute(statements.FORGET_ENDINGS, after=after, limit=limit)
            minutes = await transaction.execute(statements.FORGET_MINUTES, after=after, limit=limit)
        return endings + minutes


async def _changes(transaction: Transaction, rows: Rows) -> Changes:
    jobs = await _fold(transaction, statements.FOLD_JOBS, rows.jobs)
    endings = await _fold(transaction, statements.FOLD_ENDINGS, rows.endings)
    attempts = await _fold(transaction, statements.FOLD_ATTEMPTS, rows.attempts)
    usages = await _fold(transaction, statements.FOLD_USAGES, rows.usages)
    return Changes(
        jobs=sum(row.changed for row in jobs),
        jobs_ended=[JobsEnded(**row) for row in endings],
        attempts_ended=[AttemptsEnded(**row) for row in attempts],
        tokens_used=[TokensUsed(**row) for row in usages],
    )


async def _fold(transaction: Transaction, statement: TextClause, rows: Sequence[Struct]) -> Sequence[Row]:
    return await transaction.fetch(statement, rows=as_json(rows)) if rows else ()
