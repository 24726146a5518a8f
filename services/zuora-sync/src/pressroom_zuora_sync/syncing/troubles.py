"""What Zuora's errors mean for a sync: trouble of one workflow, or of all. Pure."""

from pressroom_common.contracts import JobError
from pressroom_common.worker import JobFailed, Snoozed
from pressroom_zuora_sync.zuora.errors import ZuoraError

_OF_ALL = frozenset(("bad_credentials", "bad_entity", "host_not_allowed", "listing_forbidden", "rate_limited"))
_OF_ONE = frozenset(("export_missing", "export_too_large", "workflow_missing"))
"""Zuora answered as it should: the others may well be had."""
_MANY_TRANSIENT = 10
_MANY_REFUSED = 20
_SOME = 3
_SHORTEST_SNOOZE = 5.0
"""Seconds, after the first claim; it doubles with each: a wait of 0 is no wait."""
_MOST_SHORTEST_SNOOZE = 60.0


class Troubles:
    """Exports that failed, until it is known whether they are the trouble of all: then one error says it.

    One export that answers shows that the rights are there; then each failure is its own, until so many in a row want
    somebody to change something that the rights are gone.
    """

    def __init__(self, *, answered: bool) -> None:
        """`answered`: an export was answered before, by a claim that is dead."""
        self._answered = answered
        self._in_a_row = 0
        self._refusals = 0
        self._forbidden_in_a_row = 0
        self._last: ZuoraError | None = None

    @property
    def settled(self) -> bool:
        """Failures may be told as what they are."""
        return self._answered

    def answer(self) -> None:
        """An export came."""
        self._heard()
        self._forbidden_in_a_row = 0

    def failure(self, error: ZuoraError) -> None:
        """Raises the error where it is the trouble of all."""
        if error.code in _OF_ALL:
            raise error
        if error.code in _OF_ONE:
            self._heard()
            return
        self._in_a_row += 1
        self._refusals += 1
        self._forbidden_in_a_row += error.sort == "configuration"
        self._last = error
        if error.sort == "transient" and self._in_a_row >= _MANY_TRANSIENT:
            raise error
        if self._forbidden_in_a_row >= _MANY_REFUSED:
            raise error
        if not self._answered and self._refusals >= _MANY_REFUSED:
            raise error

    def _heard(self) -> None:
        """Zuora answered as it should, if not with an export."""
        self._answered = True
        self._in_a_row = 0

    def silence(self, error: ZuoraError) -> None:
        """Zuora does not tell of a single workflow. The list was answered: a refusal is of this one alone.

        Raises the error where it is the trouble of all.
        """
        if error.code in _OF_ALL or error.sort == "transient":
            self.failure(error)

    def over(self, listed: int) -> None:
        """No more exports are to come, of so many workflows. Raises the error where every single one failed."""
        if self._last is not None and not self._answered and self._refusals >= min(_SOME, listed):
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
