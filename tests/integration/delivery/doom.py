"""Where a worker shall kill itself, and what it leaves as its testament."""

import os
import signal
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

Point = Literal[
    "before the claim",
    "after the claim",
    "in the call",  # when the provider has it
    "after the result's commit",
    "before the ack",  # everything is told
]
POINTS: tuple[Point, ...] = (
    "before the claim",
    "after the claim",
    "in the call",
    "after the result's commit",
    "before the ack",
)


class Doom(Struct, frozen=True, kw_only=True):
    """SIGKILL at `point`, when it is passed for the `passes`-th time; once in each of the lives named in `lives`.

    A life that bears the name of the one before is a supervised slot that was started again.
    """

    point: Point
    passes: int
    lives: list[str]
    """The worker's name in each life that ends by SIGKILL."""
    testament: str
    """File to which each life writes, just before its end, the calls that are in flight: recorded and not settled."""


class Testament(Struct, frozen=True, kw_only=True):
    pid: int
    point: Point
    in_flight: list[UUID]


class Fate:
    """Counts the passes of one life, and ends it."""

    def __init__(self, doom: Doom) -> None:
        self._doom = doom
        self._left = doom.passes
        self.in_flight: set[UUID] = set()

    def is_due(self, point: Point, passes: int = 1) -> bool:
        """Whether the process must end now; to be asked once at every pass."""
        if point != self._doom.point:
            return False
        self._left -= passes
        return self._left <= 0

    def end(self) -> None:
        last = Testament(pid=os.getpid(), point=self._doom.point, in_flight=sorted(self.in_flight))
        with Path(self._doom.testament).open("ab") as file:
            file.write(msgspec.json.encode(last) + b"\n")
        os.kill(os.getpid(), signal.SIGKILL)


def read_testaments(path: str) -> list[Testament]:
    """In the order of the deaths."""
    if not Path(path).exists():
        return []
    lines = Path(path).read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Testament) for line in lines]
