"""Whether a call that failed is tried again, and when: full jitter, so that those who failed together part."""

from collections.abc import Callable

from .errors import ZuoraError
from .records import Limits

_SHORTEST = 0.5
"""Seconds: the longest wait before the second try; it doubles with each."""
_LONGEST = 20.0
_UNCLEAR = frozenset({"malformed", "unsuccessful"})
"""What Zuora writes always looks the same as what it wrote by chance: once more will tell."""
_UNCLEAR_TRIES = 2


class Tries:
    """Of one call. `between(0, seconds)` is a random number between both."""

    def __init__(self, limits: Limits, between: Callable[[float, float], float]) -> None:
        self._limits = limits
        self._between = between
        self._failed = 0
        self._rate_limited = 0

    def wait_after(self, error: ZuoraError) -> float | None:
        """Seconds until the next try. None: there is none, the error stands.

        A wait that Zuora asks for and that is longer than a call may wait is for whoever called.
        """
        asked = error.retry_after or 0.0
        if asked > self._limits.longest_wait:
            return None
        if error.code == "rate_limited":
            self._rate_limited += 1
            if self._rate_limited >= self._limits.rate_limited_tries:
                return None
            return max(asked, self._limits.shortest_wait + self._jitter(self._rate_limited))
        self._failed += 1
        unclear = error.code in _UNCLEAR
        most = min(_UNCLEAR_TRIES, self._limits.tries) if unclear else self._limits.tries
        if self._failed >= most or not (error.sort == "transient" or unclear):
            return None
        return max(asked, self._jitter(self._failed))

    def _jitter(self, tried: int) -> float:
        return self._between(0.0, min(_LONGEST, _SHORTEST * 2 ** (tried - 1)))
