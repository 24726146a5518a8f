"""`python -m pressroom_zuora_sync` serves; `… migrate` makes the schema; `… rotate-keys` encrypts everything anew."""

import asyncio
import sys

from pressroom_common.commands import Command, run_service
from pressroom_common.database import Database
from pressroom_common.errors import Unavailable

from .main import create_app
from .migrations import SCHEMA
from .rotation.repository import PostgresSecrets, PostgresVersions
from .rotation.service import Rotated, Rotation
from .settings import Settings
from .vault import Vault


def main() -> None:
    run_service(
        SCHEMA,
        Settings,
        lambda settings: [(create_app(settings).asgi, settings.host, settings.internal_port)],
        {"rotate-keys": Command("encrypt everything anew with ZUORA_SYNC_SECRET_KEY", _rotate_keys)},
    )


def _rotate_keys(settings: Settings) -> None:
    rotated = asyncio.run(rotate_keys(settings))
    sys.stdout.write(f"{rotated.rows} rows were encrypted anew\n")
    if rotated.closed:
        sys.exit("\n".join([f"{len(rotated.closed)} rows stay as they are:", *map(str, rotated.closed)]))


async def rotate_keys(settings: Settings) -> Rotated:
    """What was encrypted anew with `ZUORA_SYNC_SECRET_KEY`; where no row stayed as it was, the other keys may go.

    Any number of services may run meanwhile, if they have both keys already. Broken off, it goes on at the next call.
    """
    database = Database(settings, SCHEMA.name)
    tables = (PostgresSecrets(database), PostgresVersions(database))
    try:
        return await Rotation(Vault(settings.keys(), settings.secret_key), tables).run()
    except Unavailable as error:
        sys.exit(str(error))
    finally:
        await database.close()


if __name__ == "__main__":
    main()
