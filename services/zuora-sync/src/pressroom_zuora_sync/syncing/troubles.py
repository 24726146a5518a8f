"""What Zuora's errors mean for a sync: trouble of one workflow, or of all. Pure."""

from collections.abc import Collection

from pressroom_common.contracts import JobError
from pressroom_common.worker import JobFailed, Snoozed
from pressroom_zuora_sync.zuora.errors import ZuoraError

_OF_ALL = frozenset(("bad_credentials", "bad_entity", "host_not_allowed", "listing_forbidden", "rate_limited"))
_OF_ONE = frozenset(("export_missing", "export_too_large", "workflow_missing"))
"""Zuora answered as it should: the others may well be had."""
_AWAY = 100
_NEWS, _NO_NEWS = 10, 1
"""Of a transient failure, and of that of an export that failed before: ten that always do are no outage, a hundred in a
row may be one."""
_SHORTEST_SNOOZE = 5.0
"""Seconds, after the first claim; it doubles with each: a wait of 0 is no wait."""
_MOST_SHORTEST_SNOOZE = 60.0


class Troubles:
    """Exports that failed, until it is known whether they are the trouble of all: then one error says it.

    That is known at the end, when none of the listed ones could be had; at once, where Zuora seems to be away.
    """

    def __init__(self, *, answered: bool) -> None:
        """`answered`: an export was answered before, by a claim that is dead."""
        self._answered = answered
        self._away = 0
        self._last: ZuoraError | None = None

    @property
    def settled(self) -> bool:
        """Failures may be told as what they are."""
        return self._answered

    @property
    def doubtful(self) -> bool:
        """There were failures, and nothing else."""
        return self._last is not None and not self._answered

    def answer(self) -> None:
        """Zuora answered as it should, if not with an export perhaps."""
        self._answered = True
        self._away = 0

    def failure(self, error: ZuoraError, *, again: bool = False) -> None:
        """`again`: as in the last sync. Raises the error where it is the trouble of all."""
        if error.code in _OF_ALL:
            raise error
        if error.code in _OF_ONE:
            self.answer()
            return
        self._last = error
        if error.sort == "configuration":
            self._away = 0
        elif error.sort == "transient":
            self._away += _NO_NEWS if again else _NEWS
            if self._away >= _AWAY:
                raise error

    def silence(self, error: ZuoraError) -> None:
        """Zuora does not tell of a single workflow. The list was answered: a refusal is of this one alone.

        Raises the error where it is the trouble of all.
        """
        if error.code in _OF_ALL or error.sort == "transient":
            self.failure(error)

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
