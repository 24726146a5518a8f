"""A job that somebody watches at this gateway: what the ledger says of it, and its text so far."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from pressroom_common.contracts import GENERATE_PROMPT, LiveRun, Part, PromptResult, Stage
from pressroom_gateway.ledger.records import JobView

from .records import Position, Standing

_prompt_result = msgspec.json.Decoder(PromptResult)


class Counting(NamedTuple):
    """Since when a stage is heard to count, and from what number on: who takes a job over begins in the middle."""

    stage: Stage
    done: int
    at: datetime


class Channel:
    """One text for any number of listeners, who remember how far they have got: nobody is waited for, and nothing is
    kept for anybody."""

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        self.standing: Standing | None = None
        self.claim = (0, 0)
        """Attempt and claim that the text is of."""
        self.stage: Stage | None = None
        self.percent: int | None = None
        """As its worker told it."""
        self.count = (0, 0)
        """Of the stage: done, and in all; nothing where it does not count."""
        self.counting: Counting | None = None
        self.parts: dict[str, Part] = {}
        """By name, in their order."""
        self.length = 0
        """Of the text, in code points."""
        self.texts = 0
        """How many texts there were: a new one replaces the one before."""
        self.updated_at = datetime.now(UTC)
        self.heard = False
        """Whether its worker was heard of since this was last set to false."""
        self.gone = False
        """The job was deleted."""
        self.waits = 0
        """Requests in sync mode that wait for it."""
        self.listeners = 0
        """Of those who want the text."""
        self.polled_until = 0.0
        self._shown = (0, 0)
        """An attempt, and the percent of it that somebody was told."""
        self._pieces: list[str] = []
        self._bells: set[asyncio.Event] = set()

    @property
    def over(self) -> bool:
        return self.standing is not None and self.standing.job.over

    @property
    def working(self) -> bool:
        """Whether a worker has the job."""
        return self.standing is not None and self.standing.job.status == "processing"

    @property
    def watched(self) -> bool:
        return bool(self._bells)

    @contextmanager
    def bell(self) -> Iterator[asyncio.Event]:
        """Set at every change, until it is cleared."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)

    def learn(self, standing: Standing) -> None:
        """What the ledger says; older news change nothing."""
        if self.standing is not None and (standing.version, standing.n) <= (self.standing.version, self.standing.n):
            return
        if self.over and not standing.job.over:  # it is done once more: how far it was says nothing any more
            self.stage, self.percent, self.parts = None, None, {}
        self.standing = standing
        content = _content(standing.job)
        if content is not None:
            self._complete(content, (standing.job.attempt, standing.claim))
        self.ring()

    def lose(self) -> None:
        """There is no such job any more."""
        self.gone = True
        self.ring()

    def hear(self, run: LiveRun) -> bool:
        """What its worker says; False where something before it is missing."""
        claim = (run.attempt, run.claim)
        if claim < self.claim or self.over:
            return True
        if claim > self.claim:
            if run.offset:  # who has an older text keeps it until the beginning of this one comes
                return False
            self._begin(claim)
        self.heard = True
        self.stage = run.stage
        if run.percent is not None:
            self.percent = max(run.percent, self.percent or 0)
        self._count(run)
        self.parts.update((part.name, part) for part in run.parts)
        complete = run.offset <= self.length
        if complete:
            self._append(run.text[self.length - run.offset :])
        self.ring()
        return complete

    def since(self, offset: int) -> str:
        """The text from there on: as a rule the last piece."""
        missing, parts = self.length - offset, []
        if self._pieces and len(self._pieces[-1]) == missing:
            return self._pieces[-1]
        for piece in reversed(self._pieces):
            if missing <= 0:
                break
            parts.append(piece if len(piece) <= missing else piece[-missing:])
            missing -= len(piece)
        return "".join(reversed(parts))

    def shown(self, percent: int | None) -> int | None:
        """What to tell instead: within an attempt it never goes back, though estimates change."""
        if percent is None or self.standing is None:
            return None
        attempt, most = self.standing.job.attempt, percent
        if attempt == self._shown[0]:
            most = max(most, self._shown[1])
        self._shown = (attempt, most)
        return most

    def holds(self, position: Position) -> bool:
        """Whether the text goes on from there."""
        return (position.attempt, position.claim) == self.claim and position.offset <= self.length

    def _complete(self, content: str, claim: tuple[int, int]) -> None:
        """The text as it was stored; it is the same text, unless something was missed."""
        if claim != self.claim or not content.startswith(self.since(0)):
            self._begin(claim)
        self._append(content[self.length :])

    def _begin(self, claim: tuple[int, int]) -> None:
        if claim[0] != self.claim[0]:  # who takes over goes on where the other one was
            self.percent = None
        self.claim = claim
        self.stage = None
        self.count, self.counting = (0, 0), None
        self.parts = {}
        self.length = 0
        self.texts += 1
        self._pieces = []

    def _count(self, run: LiveRun) -> None:
        self.count = (run.done, run.total)
        if run.total and (self.counting is None or self.counting.stage != run.stage):
            self.counting = Counting(run.stage, run.done, datetime.now(UTC))

    def _append(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self.length += len(text)

    def ring(self) -> None:
        self.updated_at = datetime.now(UTC)
        for bell in self._bells:
            bell.set()


def _content(job: JobView) -> str | None:
    """Of a completed job whose result is a text."""
    if job.kind != GENERATE_PROMPT or not job.result:
        return None
    return _prompt_result.decode(job.result).content
