"""What an answer's headers say about waiting: pure. Seconds; None where a header is absent or makes no sense."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_CALLS = 10**9
"""More calls than this remain nowhere: the header makes no sense."""


class Allowance(NamedTuple):
    """`remaining` calls for `seconds`."""

    remaining: int
    seconds: float


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """For a 429, however long: `Retry-After`, or else `ratelimit-reset`.

    A reset while calls remain is no reason to wait for it: too many at once were refused, and fewer will do.
    """
    wait = _retry_after(headers.get("Retry-After"), now)
    if wait is None and not _number(headers.get("ratelimit-remaining")):
        wait = _number(headers.get("ratelimit-reset"))
    return wait


def allowance(headers: Mapping[str, str], longest: float) -> Allowance | None:
    """`ratelimit-remaining` until `ratelimit-reset`, which counts as at most `longest`."""
    remaining, seconds = _number(headers.get("ratelimit-remaining")), _number(headers.get("ratelimit-reset"))
    if remaining is None or seconds is None or remaining > _CALLS:
        return None
    return Allowance(int(remaining), min(seconds, longest))


def _retry_after(text: str | None, now: datetime) -> float | None:
    """RFC 9110: seconds, or an HTTP date; one in the past means now."""
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)


def _number(text: str | None) -> float | None:
    """Not negative; `ratelimit-reset: 30;w=60` has a number in front, too."""
    try:
        number = float((text or "").partition(";")[0])
    except ValueError:
        return None
    return number if number >= 0 and math.isfinite(number) else None
