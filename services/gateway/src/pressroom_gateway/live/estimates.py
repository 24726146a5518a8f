"""How long a job may still take, from those like it that were completed lately. Pure."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from .records import Duration, Standing


class Estimate(NamedTuple):
    """Null where nobody can tell."""

    percent: int | None = None
    eta_ms: int | None = None


NOTHING = Estimate()


class Estimates:
    """Of the same kind, model and size; where too few of those are known, of the same kind and model, or kind."""

    def __init__(self, durations: Iterable[Duration] = ()) -> None:
        self._known = {(each.kind, each.model, each.size): each for each in durations}

    def of(self, standing: Standing, now: datetime) -> Estimate:
        job = standing.job
        if job.status == "completed":
            return Estimate(100, 0)
        if job.status not in {"processing", "cancelling"} or job.started_at is None:
            return NOTHING
        known = self._like(job.kind, job.model, size_class(standing.input_size))
        return NOTHING if known is None else left((now - job.started_at).total_seconds(), known)

    def _like(self, kind: str, model: str, size: int) -> Duration | None:
        for wanted in ((kind, model, size), (kind, model, None), (kind, None, None)):
            if wanted in self._known:
                return self._known[wanted]
        return None


def left(seconds: float, known: Duration) -> Estimate:
    """After so many seconds. The percentage never goes back: it is of the time in which nine of ten are done."""
    seconds = max(0.0, seconds)  # the worker's clock may be ahead
    percent = int(min(99.0, 100 * seconds / known.p90)) if known.p90 > 0 else 99
    expected = known.median if seconds < known.median else known.p90
    return Estimate(percent, round((expected - seconds) * 1000) if seconds < expected else None)


def at_this_pace(done: int, rest: int, seconds: float) -> int | None:
    """What is left, in milliseconds, after `done` took so many seconds."""
    return round(max(0.0, seconds) * rest / done * 1000) if done > 0 else None


def size_class(size: int) -> int:
    """As `DURATIONS` in `statements` has it."""
    return math.floor(math.log(max(size, 1), 4))
