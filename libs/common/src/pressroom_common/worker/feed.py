"""A run as those see it who follow it live: its stage, its text so far, and its parts."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from pressroom_common.contracts import LiveRun, Part, Stage

from .records import Fence


class Mark(NamedTuple):
    """How far somebody was told: so many pieces, and the code points in them; so many changes of parts."""

    pieces: int = 0
    offset: int = 0
    changes: int = 0


BEGINNING = Mark()


class Feed:
    """What a handler tells. Nothing of it is needed: whoever misses it reads the result."""

    __slots__ = (
        "__weakref__",
        "_changes",
        "_count",
        "_fence",
        "_on_news",
        "_parts",
        "_percent",
        "_pieces",
        "_stage",
        "followed",
        "length",
    )

    def __init__(self, fence: Fence, on_news: Callable[["Feed"], None]) -> None:
        self._fence = fence
        self._on_news = on_news
        self._stage: Stage = "preparing"
        self._percent: int | None = None
        self._count = (0, 0)
        self._pieces: list[str] = []
        self._parts: dict[str, Part] = {}
        self._changes: list[str] = []
        """Names of parts, each time that one changed."""
        self.length = 0
        """Of the text, in code points."""
        self.followed = False
        """Whether anybody watches: else it does not pay to stream."""

    @property
    def job_id(self) -> UUID:
        return self._fence.job_id

    def enter(self, stage: Stage, percent: int | None = None) -> None:
        self._stage = stage
        self._count = (0, 0)
        self.advance(percent)

    def count(self, done: int, total: int, percent: int | None = None) -> None:
        """What is done of the stage, in place of what was told before. It may be said for each of thousands."""
        self._count = (done, total)
        self.advance(percent)

    def advance(self, percent: int | None) -> None:
        """It never goes back."""
        if percent is not None:
            self._percent = max(percent, self._percent or 0)
        self._on_news(self)

    def text(self, piece: str) -> None:
        """More of the text."""
        self._pieces.append(piece)
        self.length += len(piece)
        self._on_news(self)

    def part(self, part: Part) -> None:
        """In place of what was told of it before."""
        self._parts[part.name] = part
        self._changes.append(part.name)
        self._on_news(self)

    def since(self, mark: Mark) -> tuple[LiveRun, Mark]:
        """What is new after the mark, and the mark after it."""
        fence = self._fence
        changed = dict.fromkeys(self._changes[mark.changes :])
        news = LiveRun(
            job_id=fence.job_id,
            attempt=fence.attempt,
            claim=fence.claim,
            stage=self._stage,
            percent=self._percent,
            done=self._count[0],
            total=self._count[1],
            offset=mark.offset,
            text="".join(self._pieces[mark.pieces :]),
            parts=tuple(self._parts[name] for name in changed),
        )
        return news, Mark(len(self._pieces), self.length, len(self._changes))
