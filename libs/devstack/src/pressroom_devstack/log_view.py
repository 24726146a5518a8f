"""`logs`: the ends of the logs, and what is added to them."""

import time
from pathlib import Path

from .folders import StackFolder
from .screen import say

LINES = 40


def show(folder: StackFolder, service: str | None, *, follow: bool) -> None:
    """Print the last lines of every log whose name begins with the service's."""
    positions = {log: _print_end(log) for log in _logs(folder, service)}
    while follow:
        time.sleep(0.3)
        for log in _logs(folder, service):
            positions[log] = _print_from(log, positions.get(log, 0))


def _logs(folder: StackFolder, service: str | None) -> list[Path]:
    return sorted(log for log in folder.logs.glob("*.log") if log.name.startswith(service or ""))


def _print_end(log: Path) -> int:
    content = log.read_bytes()
    _print(log, b"\n".join(content.splitlines()[-LINES:]))
    return len(content)


def _print_from(log: Path, position: int) -> int:
    """Print what is new; a log that became shorter was rotated."""
    with log.open("rb") as file:
        file.seek(position if log.stat().st_size >= position else 0)
        new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        _print(log, whole)
        return file.tell() - len(new) + len(whole)


def _print(log: Path, content: bytes) -> None:
    for line in content.decode(errors="replace").splitlines():
        say(f"{log.stem:<14} {line}")
