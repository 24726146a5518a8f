"""How many calls at once an account may make now: pure, with the clock as an argument.

Additive increase, multiplicative decrease (RFC 5681's idea): the limit doubles per round of calls until Zuora pushes
back for the first time, then grows by one per round; each push-back halves it, but all of one round count once.
"""

import math
from dataclasses import dataclass, replace

_BURST = 3
"""Failures (5xx, a broken connection) in a row, with no success between, that count as a push-back."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """`limit`: calls at once; `most`: what it may grow to. Times are seconds of one monotonic clock."""

    most: int
    limit: float
    starting: bool = True
    """Not pushed back yet."""
    failures: int = 0
    """In a row."""
    cut_at: float = -math.inf
    """When the limit was halved last."""
    closed_until: float = -math.inf
    remaining: int | None = None
    """Calls that Zuora still allows until `remaining_until`, by its last answer."""
    remaining_until: float = -math.inf

    def allowed(self, now: float) -> int:
        """Calls at once; 0 while Zuora wants to be left alone."""
        if now < self.closed_until:
            return 0
        most = max(1, min(int(self.limit), self.most))
        if self.remaining is not None and now < self.remaining_until:
            return min(most, self.remaining)
        return most

    def opens_at(self, now: float) -> float:
        """When calls are allowed again; `now` where they are."""
        closed = self.closed_until
        if self.remaining == 0:
            closed = max(closed, self.remaining_until)
        return max(closed, now)


def begun(concurrency: int, most: int) -> Pace:
    return Pace(most=most, limit=float(min(concurrency, most)))


def succeeded(pace: Pace) -> Pace:
    step = 1.0 if pace.starting else 1.0 / pace.limit
    return replace(pace, limit=min(pace.limit + step, float(pace.most)), failures=0)


def failed(pace: Pace, started: float, now: float) -> Pace:
    """A call that began at `started` got a 5xx, or no answer."""
    failures = pace.failures + 1
    if failures < _BURST:
        return replace(pace, failures=failures)
    return _halved(replace(pace, failures=0), started, now)


def pushed_back(pace: Pace, started: float, now: float, wait: float | None) -> Pace:
    """A call that began at `started` got a 429. `wait`: seconds that Zuora asked for, already capped."""
    closed = pace.closed_until if wait is None else max(pace.closed_until, now + wait)
    return _halved(replace(pace, closed_until=closed), started, now)


def told(pace: Pace, remaining: int, seconds: float, now: float) -> Pace:
    """An answer said how many calls remain for so many seconds (capped).

    Answers overtake each other: until the window that was told first ends, the least of what was said counts.
    """
    if pace.remaining is not None and pace.remaining < remaining and now < pace.remaining_until:
        return pace
    return replace(pace, remaining=max(remaining, 0), remaining_until=now + seconds)


def _halved(pace: Pace, started: float, now: float) -> Pace:
    """Unless the call began before the last cut: that cut was the answer to it already."""
    if started < pace.cut_at:
        return pace
    return replace(pace, limit=max(pace.limit / 2, 1.0), starting=False, cut_at=now)
