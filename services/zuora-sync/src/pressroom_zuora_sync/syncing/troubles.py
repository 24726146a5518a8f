"""What Zuora's errors mean for a sync: trouble of one workflow, or of all. Pure."""

import time
from collections.abc import Callable, Collection

from pressroom_common.contracts import JobError
from pressroom_common.worker import JobFailed, Snoozed
from pressroom_zuora_sync.zuora.errors import ZuoraError

_OF_ALL = frozenset(("bad_credentials", "bad_entity", "host_not_allowed", "listing_forbidden", "rate_limited"))
_OF_ONE = frozenset(("export_missing", "export_too_large", "workflow_missing"))
"""Zuora answered as it should: the others may well be had."""
_MANY = 10
"""Calls in a row without an answer: Zuora may be away."""
_LONG = 600.0
"""Seconds without any answer to what is asked for."""
_SHORTEST_SNOOZE = 5.0
"""Seconds, after the first claim; it doubles with each: a wait of 0 is no wait."""
_MOST_SHORTEST_SNOOZE = 60.0


class Troubles:
    """Exports that failed, until it is known whether they are the trouble of all: then one error says it.

    That is known at the end, when none of the listed ones could be had; at once, where Zuora is away.
    """

    def __init__(self, *, answered: bool, now: Callable[[], float] = time.monotonic) -> None:
        """`answered`: an export was answered before, by a claim that is dead."""
        self._answered = answered
        self._now = now
        self._in_a_row = 0
        self._silent_since: float | None = None
        self._last: ZuoraError | None = None

    @property
    def settled(self) -> bool:
        """Failures may be told as what they are."""
        return self._answered

    @property
    def doubtful(self) -> bool:
        """There were failures, and nothing else."""
        return self._last is not None and not self._answered

    @property
    def perhaps_away(self) -> bool:
        """So many calls in a row had no answer: does anything?"""
        return self._in_a_row >= _MANY

    @property
    def hopeless(self) -> bool:
        """Nothing had an answer for so long that it is of no use to go on."""
        return self._silent_since is not None and self._now() - self._silent_since > _LONG

    def answer(self) -> None:
        """Zuora answered as it should, if not with an export perhaps."""
        self._answered = True
        self._in_a_row = 0
        self._silent_since = None

    def there(self) -> None:
        """Zuora is not away: it is these that it cannot give."""
        self._in_a_row = 0

    def failure(self, error: ZuoraError) -> None:
        """Raises the error where it is the trouble of all."""
        if error.code in _OF_ALL:
            raise error
        if error.code in _OF_ONE:
            self.answer()
            return
        self._last = error
        self.silence(error)

    def silence(self, error: ZuoraError) -> None:
        """Zuora does not tell of a single workflow. The list was answered: a refusal is of this one alone.

        Raises the error where it is the trouble of all.
        """
        if error.code in _OF_ALL:
            raise error
        if error.sort == "configuration":
            self._in_a_row = 0
        elif error.sort == "transient":
            self._in_a_row += 1
            self._silent_since = self._now() if self._silent_since is None else self._silent_since

    def over(self, outcomes: Collection[str]) -> None:
        """No more exports are to come; `outcomes`: what became of listed workflows so far.

        Raises the error where each of them was asked for its export, and failed. Of a few that are asked for because
        they changed, nobody knows whether the others could be had: each is its own failure.
        """
        if self._last is not None and self.doubtful and not set(outcomes) - {"export_failed"}:
            raise self._last
        self._answered = True


def ending(error: ZuoraError, snooze_limit: float, claim: int) -> JobFailed | Snoozed:
    """How an attempt ends that cannot go on; `snooze_limit` in seconds, `claim`: which one of the job."""
    if error.sort != "transient":
        return JobFailed(error.code, error.detail, "permanent")
    if error.retry_after is None:
        return JobFailed(error.code, error.detail, "transient")
    seconds = min(max(error.retry_after, _shortest_snooze(claim)), snooze_limit)
    told = JobError(code=error.code, detail=error.detail, error_class="transient", retry_after=seconds)
    return Snoozed(seconds, told)


def _shortest_snooze(claim: int) -> float:
    return float(min(_SHORTEST_SNOOZE * 2 ** min(claim - 1, 10), _MOST_SHORTEST_SNOOZE))
