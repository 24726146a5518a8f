"""A private PostgreSQL: a direct child process on a loopback port, with its data in a folder of ours."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import processes, sql
from .account import Account, unprivileged_account
from .errors import StackError
from .ports import LOOPBACK
from .postgres_binaries import find_binaries
from .processes import Command
from .servers import nothing
from .shelter import shelter

OWNER = "postgres"

# For a small machine. Durability stays as PostgreSQL sets it: a job that was accepted survives a power cut.
SETTINGS = {"shared_buffers": "128MB", "max_connections": "200", "max_wal_size": "512MB", "timezone": "UTC"}

# For tests: what is committed survives a killed server (the kernel has it), but not a power cut.
VOLATILE = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresPlan:
    """Where a server keeps its data, where it listens, and whether what it says is written is on the disk."""

    folder: Path
    port: int
    password: str
    log: Path
    database: str = "pressroom"
    durable: bool = True
    checkout: Path | None = None  # whose shelter it uses where the folder is private; else the folder's own


class Postgres:
    """One server. `start` after `kill` or `stop` serves the same data on the same port."""

    name = "postgres"

    def __init__(self, plan: PostgresPlan) -> None:
        self._plan = plan
        self._account = unprivileged_account()
        self._binaries = find_binaries(self._account)
        self._process: subprocess.Popen[bytes] | None = None
        self.data = _data_folder(plan, self._account)

    @property
    def database(self) -> str:
        """The database's name."""
        return self._plan.database

    @property
    def url(self) -> str:
        """The owner's URL of the database."""
        return self._url(self._plan.database)

    @property
    def log(self) -> Path:
        return self._plan.log

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self.pids.get(self.name)

    @property
    def pids(self) -> dict[str, int]:
        """The server's process id while it runs."""
        return processes.living({self.name: self._process})

    def start(self, spawned: Callable[[], None] = nothing) -> None:
        """Make the data folder where there is none, start the server and wait until it takes connections."""
        self._create_cluster()
        self._start_server(spawned)
        if not sql.exists(self._url(OWNER), "SELECT 1 FROM pg_database WHERE datname = $1", self._plan.database):
            self.create_database(self._plan.database)

    def create_database(self, name: str) -> str:
        """Make an empty database; its URL."""
        sql.execute(self._url(OWNER), f"CREATE DATABASE {sql.identifier(name)}")
        return self._url(name)

    def wait(self) -> int:
        """Wait for the server's end; its exit code."""
        return self._process.wait() if self._process else 0

    def stop(self, seconds: float = 20) -> None:
        """End all sessions and write the data out."""
        if self._process:
            processes.stop(self._process, first=signal.SIGINT, seconds=seconds)

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Stop cleanly and start again."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End the server, and delete its data and the shelter's folder where it was there."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        with contextlib.suppress(OSError):  # the shelter may hold a copy of the programs as well
            self.data.parent.rmdir()

    def _url(self, database: str) -> str:
        return f"postgresql://{OWNER}:{self._plan.password}@{LOOPBACK}:{self._plan.port}/{database}"

    def _start_server(self, spawned: Callable[[], None]) -> None:
        """Try again while the sessions of a killed server still hold its memory: they need a moment to notice."""
        deadline = time.monotonic() + 15
        while True:
            self._process = processes.start(self._server)
            spawned()
            try:
                processes.wait_until(self._is_ready, self._process, self._server, name="PostgreSQL", seconds=60)
            except StackError:
                self.kill()
                if "is still in use" not in processes.tail(self._plan.log, 4) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _is_ready(self) -> bool:
        return sql.answers(self._url(OWNER))

    @property
    def _server(self) -> Command:
        settings = SETTINGS if self._plan.durable else SETTINGS | VOLATILE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        listen = ["-h", LOOPBACK, "-p", str(self._plan.port), "-k", ""]  # no socket: its path may be too long
        return self._command("postgres", "-D", str(self.data), *listen, *options)

    def _command(self, program: str, *arguments: str) -> Command:
        return Command(
            argv=[str(self._binaries / program), *arguments],
            log=self._plan.log,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            cwd=self.data.parent,
            account=self._account,
        )

    def _create_cluster(self) -> None:
        if self.data.exists():
            self._check_version((self.data / "PG_VERSION").read_text().strip())
            return
        fresh = self.data.with_name("postgres.new")  # renamed when complete: what an interrupted start left is no data
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _hand_over(fresh, self._account)
        with _password_file(self.data.parent, self._plan.password, self._account) as password:
            self._initialise(fresh, password)
        fresh.rename(self.data)

    def _initialise(self, folder: Path, password: Path) -> None:
        identity = ["-U", OWNER, "--auth=scram-sha-256", f"--pwfile={password}"]
        durability = [] if self._plan.durable else ["-N"]
        command = self._command("initdb", "-D", str(folder), *identity, "-E", "UTF8", "--locale=C.UTF-8", *durability)
        if processes.start(command).wait(120) != 0:
            raise StackError(f"PostgreSQL could not make its data folder.\n{processes.tail(command.log)}")

    def _check_version(self, kept: str) -> None:
        answer = subprocess.run([self._binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
        if f" {kept}." not in answer.stdout:
            raise StackError(
                f"The data in {self.data} was written by PostgreSQL {kept}, but the programs found here are "
                f"{answer.stdout.strip()}. `make reset` starts afresh, without the data."
            )


def _data_folder(plan: PostgresPlan, account: Account | None) -> Path:
    """The data folder, which is the server's own: in the given folder, or in the shelter where that is private."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    if account is None or account.can("-x", str(plan.folder)):
        return plan.folder / "postgres"
    return shelter(plan.checkout or plan.folder) / "postgres"


def _hand_over(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


@contextmanager
def _password_file(folder: Path, password: str, account: Account | None) -> Iterator[Path]:
    """The password where only the server's account reads it, for as long as `initdb` runs."""
    handle, name = tempfile.mkstemp(prefix=".password-", dir=folder)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(password)
        _hand_over(Path(name), account)
        yield Path(name)
    finally:
        Path(name).unlink()
