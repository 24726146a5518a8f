"""Spans that lie side by side where they would meet: lines in a channel, words on a line."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

Span = tuple[float, float]
_TRIES = 20
"""Tracks that are looked at from either end: thousands of spans take no longer than they must."""


@dataclass(slots=True)
class _Track:
    """Spans that do not meet, from the left."""

    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)

    def takes(self, span: Span, gap: float) -> bool:
        at = bisect_left(self.lows, span[0])
        if at and self.highs[at - 1] + gap > span[0]:
            return False
        if at < len(self.lows) and span[1] + gap > self.lows[at]:
            return False
        self.lows.insert(at, span[0])
        self.highs.insert(at, span[1])
        return True


def packed(spans: Sequence[Span], gap: float) -> list[int]:
    """For each span the number of its track: the first that has room, in the order of the spans."""
    tracks: list[_Track] = []
    found = []
    for span in spans:
        number = next((at for at in _looked_at(len(tracks)) if tracks[at].takes(span, gap)), len(tracks))
        if number == len(tracks):
            tracks.append(_Track([span[0]], [span[1]]))
        found.append(number)
    return found


def _looked_at(count: int) -> Sequence[int]:
    if count <= 2 * _TRIES:
        return range(count)
    return [*range(_TRIES), *range(count - _TRIES, count)]
