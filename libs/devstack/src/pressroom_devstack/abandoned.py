"""Servers of test runs that were killed before they could end them: found by their folder, whose lock nobody holds."""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .pid_files import end

PREFIX = "pressroom-test-"
_LOCK = ".lock"


@contextmanager
def folder_of_one_run() -> Iterator[Path]:
    """A folder for the servers of one test run, which their account reaches. What dead runs left is cleared away."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _sweep(path)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """End and delete what a run has left, if that run is over and was ours."""
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end(dict.fromkeys(processes_of(folder), signal.SIGKILL), seconds=5)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return


def processes_of(folder: Path) -> list[int]:
    """The processes that name a path in the folder on their command line or in their environment."""
    mark = f"{folder}{os.sep}".encode()
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if mark in _said_by(entry)]


def _said_by(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes() + b"\0" + (process / "environ").read_bytes()
    except OSError:
        return b""
