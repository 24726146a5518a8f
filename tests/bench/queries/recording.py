"""The statements that the ledger sends, with their parameters, as its own repositories put them together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause

from pressroom_common.database import Database, Row, Transaction
from pressroom_common.settings import DatabaseSettings


@dataclass(frozen=True)
class Call:
    statement: TextClause
    parameters: dict[str, Any]


class _Undone(Exception):
    """So that what was tried leaves no trace."""


class Recorder(Database):
    """A database that answers, and forgets everything that is written. `calls`: what it was asked."""

    def __init__(self, settings: DatabaseSettings, schema: str) -> None:
        super().__init__(settings, schema)
        self.calls: list[Call] = []

    async def fetch(self, statement: TextClause, **parameters: Any) -> Sequence[Row]:
        async with self.transaction() as transaction:
            return await transaction.fetch(statement, **parameters)

    async def execute(self, statement: TextClause, **parameters: Any) -> int:
        async with self.transaction() as transaction:
            return await transaction.execute(statement, **parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        with suppress(_Undone):
            async with super().transaction() as transaction:
                yield _Recording(transaction, self.calls)
                raise _Undone


class _Recording(Transaction):
    def __init__(self, transaction: Transaction, calls: list[Call]) -> None:
        super().__init__(transaction._connection)
        self._calls = calls

    async def fetch(self, statement: TextClause, **parameters: Any) -> Sequence[Row]:
        self._calls.append(Call(statement, parameters))
        return await super().fetch(statement, **parameters)

    async def execute(self, statement: TextClause, **parameters: Any) -> int:
        self._calls.append(Call(statement, parameters))
        return await super().execute(statement, **parameters)
