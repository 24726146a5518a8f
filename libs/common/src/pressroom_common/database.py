"""PostgreSQL: one engine a process, statements that take a batch as one JSON parameter, and what counts as *away*."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
from sqlalchemy import Row, TextClause, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from .errors import Unavailable
from .settings import DatabaseSettings

AWAY = ("08", "40", "53", "57P")
"""SQLSTATE classes: connection lost, rolled back (a deadlock, say), out of resources, shut down or starting up."""


def create_engine(settings: DatabaseSettings, schema: str) -> AsyncEngine:
    """Unqualified names are those of `schema`: nobody reads another service's tables."""
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+asyncpg")
    return create_async_engine(
        url,
        pool_size=settings.database_pool,
        max_overflow=0,
        pool_timeout=10,
        connect_args={
            "timeout": 5,
            "command_timeout": 30,
            "server_settings": {"application_name": f"pressroom-{schema}", "search_path": schema},
        },
    )


@contextmanager
def unavailable() -> Iterator[None]:
    """Translates "the database is away" to Unavailable; a bug of ours stays what it is."""
    try:
        yield
    except (OSError, TimeoutError, PoolTimeout) as error:
        raise Unavailable("the database cannot be reached") from error
    except InterfaceError as error:
        raise Unavailable("the connection to the database broke") from error
    except DBAPIError as error:
        sqlstate = getattr(error.orig, "sqlstate", None)  # "starting up" comes as a plain DBAPIError
        if error.connection_invalidated or sqlstate is None or sqlstate.startswith(AWAY):
            raise Unavailable("the database is away") from error
        raise


class Database:
    """The only door to the database for a repository. Every method raises Unavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def fetch(self, statement: TextClause, **parameters: Any) -> Sequence[Row[Any]]:
        """One statement in a transaction of its own; its rows."""
        with unavailable():
            async with self._autocommit.connect() as connection:
                return (await connection.execute(statement, parameters)).all()

    async def execute(self, statement: TextClause, **parameters: Any) -> int:
        """One statement in a transaction of its own; how many rows it touched."""
        with unavailable():
            async with self._autocommit.connect() as connection:
                return (await connection.execute(statement, parameters)).rowcount

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        with unavailable():
            async with self._engine.begin() as connection:
                yield connection

    async def ping(self) -> None:
        await self.fetch(_PING)

    async def close(self) -> None:
        await self._engine.dispose()


_PING = text("SELECT 1")


def recordset(alias: str, columns: str, parameter: str = "rows") -> str:
    """A batch as a FROM item: `json_to_recordset` of one JSON parameter. `columns` as in CREATE TABLE.

    One parameter is encoded in C and planned once, whatever the size of the batch.
    """
    return f"json_to_recordset(CAST(:{parameter} AS json)) AS {alias}({columns})"


def as_json(rows: Any) -> str:
    """The JSON parameter of a `recordset`, or of a jsonb column."""
    return msgspec.json.encode(rows).decode()
