"""A run as those see it who follow it live: its stage, and its text so far."""

from collections.abc import Callable
from uuid import UUID

from pressroom_common.contracts import LiveRun, Stage

from .records import Fence


class Feed:
    """What a handler tells. Nothing of it is needed: whoever misses it reads the result."""

    __slots__ = ("__weakref__", "_fence", "_on_news", "_pieces", "_stage", "followed", "length")

    def __init__(self, fence: Fence, on_news: Callable[["Feed"], None]) -> None:
        self._fence = fence
        self._on_news = on_news
        self._stage: Stage = "preparing"
        self._pieces: list[str] = []
        self.length = 0
        """Of the text, in code points."""
        self.followed = False
        """Whether anybody watches: else it does not pay to stream."""

    @property
    def job_id(self) -> UUID:
        return self._fence.job_id

    def enter(self, stage: Stage) -> None:
        self._stage = stage
        self._on_news(self)

    def text(self, piece: str) -> None:
        """More of the text."""
        self._pieces.append(piece)
        self.length += len(piece)
        self._on_news(self)

    def since(self, mark: "Mark") -> tuple[LiveRun, "Mark"]:
        """What is new after the mark, and the mark after it."""
        fence = self._fence
        news = LiveRun(
            job_id=fence.job_id,
            attempt=fence.attempt,
            claim=fence.claim,
            stage=self._stage,
            offset=mark.offset,
            text="".join(self._pieces[mark.pieces :]),
        )
        return news, Mark(len(self._pieces), self.length)


class Mark:
    """How far somebody was told: so many pieces, and the code points in them."""

    __slots__ = ("offset", "pieces")

    def __init__(self, pieces: int = 0, offset: int = 0) -> None:
        self.pieces = pieces
        self.offset = offset


BEGINNING = Mark()
