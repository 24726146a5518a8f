"""`python -m pressroom_monitor` serves; `… migrate` makes the schema; `… rebuild` reads the ledger's log anew."""

import asyncio

from pressroom_common.commands import Command, run_service
from pressroom_common.database import Database

from .main import create_app
from .migrations import SCHEMA
from .repository import PostgresHistory
from .settings import Settings


def main() -> None:
    run_service(
        SCHEMA,
        Settings,
        lambda settings: [(create_app(settings), settings.host, settings.internal_port)],
        {"rebuild": Command("read the ledger's log anew", lambda settings: asyncio.run(rebuild(settings)))},
    )


async def rebuild(settings: Settings) -> None:
    """The running monitor begins again at the log's beginning with its next pull. What it has stays as it is."""
    database = Database(settings, SCHEMA.name)
    try:
        await PostgresHistory(database, settings.stale_seconds).rewind()
    finally:
        await database.close()


if __name__ == "__main__":
    main()
