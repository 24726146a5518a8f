"""PostgreSQL: SQLAlchemy names the parameters, asyncpg runs the statement, a batch travels as one JSON parameter.

SQLAlchemy's own execution costs five times asyncpg's CPU for a small statement (240 against 50 microseconds), and at 50
jobs a second nearly every statement is small: see `docs/adr/0007-asyncpg-under-sqlalchemy.md`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from .errors import SlowStatement, Unavailable
from .settings import DatabaseSettings

AWAY = ("08", "40", "53", "57P")
"""SQLSTATE classes: connection lost, rolled back (a deadlock, say), out of resources, shut down or starting up."""

_CONNECT_SECONDS = 5.0
_STATEMENT_SECONDS = 30.0
_POOL_SECONDS = 10.0
_IDLE_IN_TRANSACTION = "10s"
"""A process that was stopped in a transaction keeps its locks no longer than this."""


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row whose columns are attributes, too; `dict(row)` for all of them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


@contextmanager
def unavailable() -> Iterator[None]:
    """Translates "the database is away" to Unavailable; a bug of ours stays what it is."""
    try:
        yield
    except (OSError, TimeoutError) as error:
        raise Unavailable("the database cannot be reached") from error
    except asyncpg.PostgresError as error:
        if error.sqlstate is None or error.sqlstate.startswith(AWAY):
            raise Unavailable("the database is away") from error
        raise
    except asyncpg.InterfaceError as error:
        if isinstance(error, ValueError):  # a parameter of the wrong type
            raise
        raise Unavailable("the connection to the database broke") from error
    except asyncpg.InternalClientError as error:
        # A server that stops says so between two statements, and asyncpg takes the next one for a second at a time.
        raise Unavailable("the connection to the database broke") from error


@contextmanager
def _in_time() -> Iterator[None]:
    """Tells a statement that takes too long from a connection that cannot be had."""
    try:
        yield
    except TimeoutError as error:
        raise SlowStatement("the database takes too long") from error


class Transaction:
    """Statements that stand or fall together."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, statement: TextClause, **parameters: Any) -> Sequence[Row]:
        sql, names = compiled(statement)
        with _in_time():
            rows: Sequence[Row] = await self._connection.fetch(sql, *(parameters[name] for name in names))
        return rows

    async def execute(self, statement: TextClause, **parameters: Any) -> int:
        """How many rows it touched."""
        sql, names = compiled(statement)
        with _in_time():
            return _touched(await self._connection.execute(sql, *(parameters[name] for name in names)))


class Database:
    """The only door to the database for a repository. Every method raises Unavailable.

    Unqualified names are those of `schema`: nobody reads another service's tables.
    """

    def __init__(self, settings: DatabaseSettings, schema: str) -> None:
        self._url = settings.database_url.get_secret_value()
        self._size = settings.database_pool
        self._schema = schema
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def fetch(self, statement: TextClause, **parameters: Any) -> Sequence[Row]:
        """One statement in a transaction of its own; its rows."""
        with unavailable():
            async with self._connection() as connection:
                return await Transaction(connection).fetch(statement, **parameters)

    async def execute(self, statement: TextClause, **parameters: Any) -> int:
        """One statement in a transaction of its own; how many rows it touched."""
        with unavailable():
            async with self._connection() as connection:
                return await Transaction(connection).execute(statement, **parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        with unavailable():
            async with self._connection() as connection, connection.transaction():
                yield Transaction(connection)

    async def ping(self) -> None:
        await self.fetch(_PING)

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        pool = self._pool or await self._open()
        async with pool.acquire(timeout=_POOL_SECONDS) as connection:
            yield connection

    async def _open(self) -> asyncpg.Pool:
        """At the first use, in the loop that uses it; connections are made when they are needed."""
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._size,
                    timeout=_CONNECT_SECONDS,
                    command_timeout=_STATEMENT_SECONDS,
                    reset=_keep,
                    record_class=Row,
                    server_settings={
                        "application_name": f"pressroom-{self._schema}",
                        "search_path": self._schema,
                        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION,
                    },
                )
            return self._pool


_PING = text("SELECT 1")
_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1000)
def compiled(statement: TextClause) -> tuple[str, tuple[str, ...]]:
    """SQL with numbered parameters, and their names in order."""
    result = statement.compile(dialect=_DIALECT)
    return str(result), tuple(result.positiontup or ())


async def _keep(_connection: Any) -> None:
    """In place of asyncpg's reset at every release: nobody here changes a session's state."""


def _touched(status: str) -> int:
    """From a command's tag: `UPDATE 3`."""
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


def recordset(alias: str, columns: str, parameter: str = "rows") -> str:
    """A batch as a FROM item: `json_to_recordset` of one JSON parameter. `columns` as in CREATE TABLE.

    One parameter is encoded in C and planned once, whatever the size of the batch.
    """
    return f"json_to_recordset(CAST(:{parameter} AS json)) AS {alias}({columns})"


def as_json(rows: Any) -> str:
    """The JSON parameter of a `recordset`, or of a jsonb column."""
    return msgspec.json.encode(rows).decode()
