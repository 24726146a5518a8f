"""How many requests one may make: token buckets in memory, one for each API key or address."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from msgspec import Struct


class Allowance(Struct, frozen=True, gc=False):
    """What is left of a bucket. Times in seconds."""

    limit: int
    """Requests that a full bucket allows at once."""
    remaining: int
    full_in: float
    wait: float = 0.0
    """Until the next request is allowed; 0: this one was."""

    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Raw ASGI headers, as the IETF's draft "RateLimit header fields for HTTP" had them until its version 6."""
        return (
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % math.ceil(self.full_in)),
        )


class Buckets:
    """`burst` tokens each, refilled with `per_second`. A bucket is one number: when it is full again (the generic cell
    rate algorithm), so nothing has to be refilled, and one that is full need not be remembered.

    At most `size` buckets are kept, those that were used last.
    """

    def __init__(self, per_second: float, burst: int, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1.0 / per_second
        self._burst = burst
        self._depth = burst * self._interval
        self._size = size
        self._clock = clock
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, key: Hashable) -> Allowance:
        """One token, if there is one."""
        now = self._clock()
        full_in = max(self._full_at.get(key, now) - now, 0.0)
        wait = full_in + self._interval - self._depth
        if wait > _ROUNDING:
            self._full_at.move_to_end(key)  # who is refused all the time is not to be forgotten
            return Allowance(self._burst, 0, full_in, wait)
        full_in += self._interval
        self._full_at[key] = now + full_in
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._size:
            self._full_at.popitem(last=False)
        return Allowance(self._burst, int((self._depth - full_in + _ROUNDING) / self._interval), full_in)

    def wait(self, key: Hashable) -> float:
        """Seconds until there is a token; 0: now."""
        full_at = self._full_at.get(key)
        if full_at is None:
            return 0.0
        wait = full_at - self._clock() + self._interval - self._depth
        return wait if wait > _ROUNDING else 0.0

    def __len__(self) -> int:
        return len(self._full_at)


_ROUNDING = 1e-6
"""Seconds. Sums of intervals are not exact."""


def buckets(per_second: float, burst: int, size: int) -> Buckets | None:
    """None where the limit is off, with a rate of 0."""
    return Buckets(per_second, burst, size) if per_second else None
