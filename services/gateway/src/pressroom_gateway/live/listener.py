"""What one client has been told of a channel, and what it is told next."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from pressroom_common.contracts import Part
from pressroom_gateway.problem_answers import body
from pressroom_gateway.problems import not_found

from .channel import Channel
from .ending import Results, ending
from .estimates import Estimates
from .frames import frame, position_id
from .measures import LiveMetrics
from .progress import Progress, code_of, progress_of
from .records import Position

_PROGRESS_SECONDS = 1.0
"""Between two words of progress, unless the step changed."""
_NOTHING = Position(0, 0, 0)


class Listener:
    """However seldom it is asked, it tells all there is in one piece: so a slow reader costs nobody anything."""

    def __init__(
        self,
        channel: Channel,
        estimates: Callable[[], Estimates],
        metrics: LiveMetrics,
        resume: Position | None = None,
        clock: Callable[[], float] = time.monotonic,
        results: Results | None = None,
    ) -> None:
        """`resume`: what the client has already, if that is still the text."""
        self._channel = channel
        self._estimates = estimates
        self._metrics = metrics
        self._clock = clock
        self._results = results or Results()
        self._resume = resume
        self._texts = 0
        self._has = resume or _NOTHING
        self._status: tuple[str, int] | None = None
        self._code: str | None = None
        self._parts: dict[str, Part] = {}
        self._next_progress = 0.0
        self.ended = False
        """Whether the last word was spoken."""

    def news(self, now: datetime) -> list[bytes]:
        """Frames; none where there is nothing new. `now` is for elapsed times."""
        if self._channel.gone and not self.ended:
            self.ended = True
            return [frame(b"error", self._position(), msgspec.json.encode(body(not_found("job"))))]
        if self.ended or self._channel.standing is None:
            return []
        return [
            *self._status_news(),
            *self._progress_news(now),
            *self._part_news(),
            *self._keyframe_news(),
            *self._delta_news(),
            *self._end(),
        ]

    def handed_over(self, answer: bytes) -> bytes:
        """The last word to a client that need wait no longer."""
        self.ended = True
        return frame(b"handed_over", self._position(), answer)

    @property
    def has_text(self) -> bool:
        return self._has.offset > 0

    def _status_news(self) -> Sequence[bytes]:
        standing = self._channel.standing
        assert standing is not None
        status = (standing.job.status, standing.job.attempt)
        if status == self._status:
            return ()
        self._status = status
        return (frame(b"status", self._position(), {"job_id": standing.job.id, "status": standing.job.status}),)

    def _progress_news(self, now: datetime) -> Sequence[bytes]:
        channel, at, code = self._channel, self._clock(), code_of(self._channel)
        if code == self._code and (at < self._next_progress or not channel.working):
            return ()
        self._code, self._next_progress = code, at + _PROGRESS_SECONDS
        return (frame(b"progress", self._position(), told(progress_of(channel, self._estimates(), now))),)

    def _part_news(self) -> list[bytes]:
        """Parts that are new, or not as this client knows them."""
        parts = self._channel.parts
        changed = [part for name, part in parts.items() if self._parts.get(name) is not part] if parts else []
        self._parts.update((part.name, part) for part in changed)
        return [frame(b"part", self._position(), part) for part in changed]

    def _keyframe_news(self) -> Sequence[bytes]:
        """A text that is new to this client: all of it, unless the client has its beginning."""
        channel, resume, first = self._channel, self._resume, self._texts == 0
        if channel.texts == self._texts:
            return ()
        self._texts, self._resume = channel.texts, None
        goes_on = resume is not None and channel.holds(resume)
        if goes_on or (first and not channel.length and resume is None):
            return ()
        self._has = Position(*channel.claim, channel.length)
        self._metrics.keyframes.inc()
        return (frame(b"keyframe", self._position(), {"offset": 0, "text": channel.since(0)}),)

    def _delta_news(self) -> Sequence[bytes]:
        channel, offset = self._channel, self._has.offset
        if channel.length <= offset:
            return ()
        self._has = Position(*channel.claim, channel.length)
        self._metrics.deltas.inc()
        return (frame(b"delta", self._position(), {"offset": offset, "text": channel.since(offset)}),)

    def _end(self) -> Sequence[bytes]:
        standing = self._channel.standing
        assert standing is not None
        if not standing.job.over:
            return ()
        self.ended = True
        name, answer = ending(standing.job, self._results)
        return (frame(name, self._position(), answer),)

    def _position(self) -> bytes:
        """What the client has after this event, which may be the last before it is cut off."""
        standing, has = self._channel.standing, self._has
        return position_id(has.attempt, has.claim, standing.n if standing else 0, has.offset)


def told(progress: Progress) -> dict[str, object]:
    """As an event has it."""
    return {
        "step": progress.step,
        "percent": progress.progress,
        "message_code": progress.message_code,
        "message": progress.message,
        "completed": progress.completed,
        "total": progress.total,
        "counts": progress.counts,
        "tokens": progress.tokens,
        "elapsed_ms": progress.elapsed_ms,
        "eta_ms": progress.eta_ms,
    }
