"""Decides what is folded together, and when it is done."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from pressroom_common.batcher import Batcher
from pressroom_common.contracts import (
    JobMeasures,
    JobTransitions,
    Snapshot,
    Transition,
    TransitionPage,
    WorkerHeartbeat,
)
from pressroom_common.errors import Unavailable
from pressroom_common.patience import patiently
from pressroom_common.topology import HEARTBEAT_KEY, MEASURES_KEY, TRANSITIONS_KEY

from .fold import fold
from .measures import FoldMetrics, JobMetrics
from .ports import History, Ledger
from .records import Advance, Changes, Rows

Message = JobMeasures | JobTransitions | WorkerHeartbeat

_TYPES: dict[type[Message], str] = {
    JobMeasures: MEASURES_KEY,
    JobTransitions: TRANSITIONS_KEY,
    WorkerHeartbeat: HEARTBEAT_KEY,
}
"""What events are called in metrics."""


def utcnow() -> datetime:
    return datetime.now(UTC)


class Folding:
    """Messages that wait while a transaction is in flight are folded by the next one, at most `limit` of them."""

    def __init__(
        self,
        history: History,
        metrics: FoldMetrics,
        jobs: JobMetrics,
        limit: int,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._history = history
        self._metrics = metrics
        self._jobs = jobs
        self._clock = clock
        self._batcher = Batcher(self._flush, limit)
        self._trouble: str | None = None

    async def take(self, message: Message) -> None:
        """Returns when the message is folded, however long the database is away. Raises what a bug raises."""
        await self._batcher.submit(message)

    async def take_page(self, page: TransitionPage, after: str) -> None:
        """A piece of the log, and the cursor behind it, in one transaction. Raises Unavailable."""
        events = Counter({TRANSITIONS_KEY: len(page.transitions)})
        advance = Advance(after, page.next)
        changes = await self._fold(fold(transitions=page.transitions), events, "pull", advance)
        self._metrics.healed.inc(changes.jobs)

    async def check(self) -> None:
        """Raises Unavailable while folds fail."""
        if self._trouble:
            raise Unavailable(self._trouble)

    async def _flush(self, messages: Sequence[Message]) -> Sequence[None]:
        snapshots, transitions, heartbeats = sorted_out(messages)
        rows = fold(snapshots, transitions, heartbeats)
        events = Counter(
            {MEASURES_KEY: len(snapshots), TRANSITIONS_KEY: len(transitions), HEARTBEAT_KEY: len(heartbeats)}
        )
        await patiently(partial(self._fold, rows, events, "broker"))
        self._tell_lag(messages)
        return [None] * len(messages)

    async def _fold(self, rows: Rows, events: Counter[str], source: str, advance: Advance | None = None) -> Changes:
        began = time.perf_counter()
        try:
            changes = await self._history.fold(rows, advance)
        except Exception as error:
            self._trouble = str(error) or type(error).__name__
            self._metrics.failures.inc()
            raise
        self._trouble = None
        self._metrics.folded(events, source, time.perf_counter() - began)
        self._jobs.count(changes)
        return changes

    def _tell_lag(self, messages: Sequence[Message]) -> None:
        now = self._clock()
        for message in messages:
            self._metrics.lagged(_TYPES[type(message)], (now - message.time).total_seconds())


def sorted_out(
    messages: Sequence[Message],
) -> tuple[list[Snapshot], list[Transition], list[WorkerHeartbeat]]:
    """The events that the messages carry, by what they are."""
    snapshots: list[Snapshot] = []
    transitions: list[Transition] = []
    heartbeats: list[WorkerHeartbeat] = []
    for message in messages:
        match message:
            case JobMeasures():
                snapshots.extend(message.snapshots)
            case JobTransitions():
                transitions.extend(message.transitions)
            case WorkerHeartbeat():
                heartbeats.append(message)
    return snapshots, transitions, heartbeats


class Pull:
    """Reads the ledger's log after a cursor: what makes this history the ledger's, whatever was lost on the way."""

    def __init__(self, ledger: Ledger, history: History, folding: Folding, metrics: FoldMetrics, limit: int) -> None:
        self._ledger = ledger
        self._history = history
        self._folding = folding
        self._metrics = metrics
        self._limit = limit

    async def run(self) -> None:
        """Until the log's end. The cursor is read anew each time: another monitor, or a rebuild, may have moved it."""
        try:
            while await self._more():
                pass
        except Exception:
            self._metrics.pull_failures.inc()
            raise

    async def _more(self) -> bool:
        after = await self._history.cursor()
        page = await self._ledger.transitions(after, self._limit)
        await self._folding.take_page(page, after)
        return len(page.transitions) >= self._limit and page.next != after
