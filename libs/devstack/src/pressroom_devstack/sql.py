"""Statements run as the database's owner, from code that is not asynchronous itself."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

# What a connection raises while the server starts, stops or refuses the password.
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


def execute(url: str, *statements: str) -> None:
    """Run the statements one by one, each in its own transaction (`CREATE DATABASE` wants that)."""
    _run(_execute(url, statements))


def exists(url: str, query: str, *values: object) -> bool:
    """Whether the query gives a row."""
    return bool(_run(_fetch(url, query, values)))


def answers(url: str) -> bool:
    """Whether the server takes connections now."""
    try:
        execute(url, "SELECT 1")
    except UNREACHABLE:
        return False
    return True


def with_database(url: str, database: str) -> str:
    """The same server's URL with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def with_role(url: str, role: str, password: str) -> str:
    """The same database's URL for another role."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{address}"))


def identifier(name: str) -> str:
    """The name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


async def _execute(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close(timeout=5)


async def _fetch(url: str, query: str, values: tuple[object, ...]) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close(timeout=5)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on a thread of its own: the caller's thread may have a running event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
