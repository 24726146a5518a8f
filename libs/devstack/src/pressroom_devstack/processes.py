"""Child processes: started in a session of their own, logged to a file, stopped within a bounded time."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .account import Account
from .errors import StackError

LOG_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class Command:
    """How a process is started."""

    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    account: Account | None = None


def start(command: Command) -> subprocess.Popen[bytes]:
    """Start the process in its own session, so that Ctrl-C in the terminal reaches only the one who started it."""
    rotate(command.log)
    account = command.account
    with command.log.open("ab") as log:
        return subprocess.Popen(
            list(command.argv),
            env=dict(command.env),
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def rotate(log: Path, limit: int = LOG_LIMIT) -> None:
    """Keep one older file beside a log that has grown past the limit.

    The content is copied and the file emptied in place: its writers append, and keep their open file.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if not log.exists() or log.stat().st_size < limit:
        return
    log.with_suffix(".log.1").write_bytes(log.read_bytes()[-limit:])
    os.truncate(log, 0)


def living(named: Mapping[str, subprocess.Popen[bytes] | None]) -> dict[str, int]:
    """The ids of those processes that run."""
    return {name: process.pid for name, process in named.items() if process and process.poll() is None}


def stop(process: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask the process to end, and end it by force when it has not within the given seconds."""
    if process.poll() is not None:
        return
    process.send_signal(first)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    command: Command,
    *,
    name: str,
    seconds: float,
) -> None:
    """Wait until the process answers.

    Raises:
        StackError: it ended, or did not answer within the given seconds; with the end of its log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise StackError(f"{name} {describe_exit(process.returncode)}.\n{tail(command.log)}")
        if time.monotonic() > deadline:
            raise StackError(f"{name} was not ready after {seconds:.0f} s.\n{tail(command.log)}")
        time.sleep(0.05)


def describe_exit(code: int) -> str:
    """An exit code in words."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, under its path."""
    if not log.exists():
        return f"{log} is empty."
    last = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join([f"{log} ends:", *(f"  {line}" for line in last)])
