"""Pid files that know whether the process they name is still the one that was meant."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path


def identity(pid: int) -> str | None:
    """What tells a process from a later one with the same id: when it started. Nothing where none lives."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None if Path("/proc/self/stat").exists() else _identity_by_ps(pid)
    state, *fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    if state == "Z":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {fields[18]}"


def _identity_by_ps(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


class PidFiles:
    """A folder with `<name>.pid`, which holds nothing but the number, and beside each when its process started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._identities = folder / "identities"
        self._identities.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, pid: int) -> None:
        """Write down a process that has just started."""
        (self._identities / name).write_text(identity(pid) or "")
        fresh = self._folder / f".{name}.pid.new"
        fresh.write_text(f"{pid}\n")
        fresh.replace(self._path(name))

    def remove(self, name: str) -> None:
        """Forget a process."""
        self._path(name).unlink(missing_ok=True)
        (self._identities / name).unlink(missing_ok=True)

    def living(self) -> dict[str, int]:
        """The processes that are alive, by name; files of others are removed."""
        found = {path.stem: self.pid(path.stem) for path in self._folder.glob("[!.]*.pid")}
        for name in [name for name, pid in found.items() if pid is None]:
            self.remove(name)
        return {name: pid for name, pid in found.items() if pid is not None}

    def pid(self, name: str) -> int | None:
        """The process's id, if it is still the process that was written down."""
        try:
            pid = int(self._path(name).read_text())
            written = (self._identities / name).read_text()
        except (OSError, ValueError):
            return None
        return pid if written and identity(pid) == written else None

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.pid"


def end(pids: Mapping[int, signal.Signals], seconds: float) -> None:
    """Ask processes that are not our children to end, each by its signal; kill those that stay."""
    meant = {pid: identity(pid) for pid in pids}
    for pid, first in pids.items():
        _send(pid, first, meant)
    deadline = time.monotonic() + seconds
    while _left(meant) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in _left(meant):
        _send(pid, signal.SIGKILL, meant)
    while _left(meant):
        time.sleep(0.05)


def _left(meant: Mapping[int, str | None]) -> list[int]:
    return [pid for pid, known in meant.items() if known and identity(pid) == known]


def _send(pid: int, which: signal.Signals, meant: Mapping[int, str | None]) -> None:
    if pid in _left(meant):
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            return
