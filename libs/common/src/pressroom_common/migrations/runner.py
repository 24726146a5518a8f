"""Makes a service's role and schema, then runs its migrations. Safe to run again, and by several at once."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from .schema import Schema

_LOCK = 7_302_110_001
"""Advisory lock: migrations of all services take turns."""

_MAKE_ROLE = text("SELECT format('CREATE ROLE %I LOGIN', CAST(:role AS text))")
_SET_PASSWORD = text("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))")
_GRANTS = (
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
)


def migrate(schema: Schema, owner_url: str, service_url: str) -> None:
    """Upgrade to the newest version. `service_url` names the role (and its password) that the service will use."""
    asyncio.run(_migrate(schema, make_url(owner_url), make_url(service_url)))


async def _migrate(schema: Schema, owner: URL, service: URL) -> None:
    engine = create_async_engine(owner.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await _make_role(connection, service)
            await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema.name}"'))
            await connection.run_sync(_upgrade, schema)
            await _grant(connection, schema, service)
    finally:
        await engine.dispose()


async def _make_role(connection: AsyncConnection, service: URL) -> None:
    owner = (await connection.execute(text("SELECT current_user"))).scalar_one()
    if service.username == owner:
        return
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    role = {"role": service.username}
    if (await connection.execute(known, role)).first() is None:
        await connection.exec_driver_sql((await connection.execute(_MAKE_ROLE, role)).scalar_one())
    secret = {**role, "password": service.password}
    await connection.exec_driver_sql((await connection.execute(_SET_PASSWORD, secret)).scalar_one())


async def _grant(connection: AsyncConnection, schema: Schema, service: URL) -> None:
    quote = connection.dialect.identifier_preparer.quote
    names = {
        "schema": quote(schema.name),
        "role": quote(service.username or ""),
        "database": quote(service.database or ""),
    }
    for grant in _GRANTS:
        await connection.exec_driver_sql(grant.format(**names))


def _upgrade(connection: Connection, schema: Schema) -> None:
    connection.exec_driver_sql(f'SET LOCAL search_path TO "{schema.name}"')
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")  # a path may hold a space
    config.set_main_option("version_locations", str(schema.versions).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema.name
    command.upgrade(config, "head")
