"""The services' migrations: each service runs its own, side by side, and only when there is something new.

Starting four more Python processes is half of a later start. So a private database remembers, as one of its own
settings, which migrations and which roles it has seen; with these unchanged there is nothing to run.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import processes, sql
from .errors import StackError
from .folders import StackFolder
from .processes import Command
from .wiring import SERVICES, Wiring, in_code

_SETTING = "pressroom.migrations"


def migrate(folder: StackFolder, wiring: Wiring, *, database: str | None) -> None:
    """Bring the schemas of all services up to date; `database` is the name of a private one, if it is that.

    Raises:
        StackError: a migration failed; with the end of its log.
    """
    wanted = _fingerprint(wiring)
    if database and sql.exists(wiring.database_url, "SELECT 1 WHERE current_setting($1, true) = $2", _SETTING, wanted):
        return
    with ThreadPoolExecutor(len(SERVICES)) as threads:
        list(threads.map(lambda service: _migrate_service(service, folder, wiring), SERVICES))
    if database:
        sql.execute(wiring.database_url, f"ALTER DATABASE {sql.identifier(database)} SET {_SETTING} = '{wanted}'")


def _migrate_service(service: str, folder: StackFolder, wiring: Wiring) -> None:
    argv = [sys.executable, "-m", f"pressroom_{in_code(service)}", "migrate"]
    command = Command(argv, folder.log(f"migrate-{service}"), wiring.migration(service), folder.checkout)
    if processes.start(command).wait() != 0:
        raise StackError(f"The migrations of {service} failed.\n{processes.tail(command.log)}")


def _fingerprint(wiring: Wiring) -> str:
    """Of all migrations, of what runs them, and of the roles that they make."""
    seen = hashlib.sha256()
    for path in _sources():
        seen.update(path.name.encode() + path.read_bytes())
    for service in SERVICES:
        seen.update(wiring.role_url(service).encode())
    return seen.hexdigest()


def _sources() -> Iterator[Path]:
    for package in ("common", *SERVICES):
        spec = importlib.util.find_spec(f"pressroom_{in_code(package)}")
        for root in (spec and spec.submodule_search_locations) or []:
            yield from sorted((Path(root) / "migrations").rglob("*.py"))
