"""What lies where from above to below: rows of boxes, and the channels between them. Units are pixels."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .across import GAP, Across
from .layout import Cell
from .lettering import measured
from .routes import Route
from .sides import HEIGHT
from .tracks import Span, packed

RADIUS = 9
"""Of a start."""
_TRACK = 20
"""Between two arrows that run side by side in a channel, with words on them."""
_HEAD = 28
"""Between a box and the first arrow that passes it: room for heads."""
_LEAST, _MARGIN = 44, 40


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a route along a channel. `words`: where they stand on it. `high`: it is best near the row above."""

    route: Route
    end: str
    channel: int
    span: Span
    words: Span | None
    high: bool

    @property
    def key(self) -> object:
        """What has the same may share a line."""
        if self.route.way == "down" or (self.end == "in" and self.route.leaves == self.route.enters):
            return self.route.number  # there and back in one channel
        return self.route.key


class Down:
    """`boxes`: by row, their upper sides; `lines`: by the number of a route and its end, where it runs; `words`: by
    route, their middle from the left."""

    def __init__(
        self, cells: Mapping[int, Cell], routes: Sequence[Route], words: Sequence[str], across: Across
    ) -> None:
        count = max((cell.row for cell in cells.values()), default=-1) + 1
        runs = [run for route in routes for run in _runs(route, words[route.number], across)]
        tracks, used = _tracks(runs)
        heights = [_height(used[at], outer=at in (0, count)) for at in range(count + 1)]
        ends = list(accumulate(height + HEIGHT for height in heights))
        self.boxes = [end - HEIGHT for end in ends]
        self.size = self.boxes[-1]
        self.lines: dict[tuple[int, str], float] = {}
        self.words: dict[int, float] = {}
        for run in runs:
            track, begin = tracks[run.route.number, run.end], ends[run.channel] - HEIGHT - heights[run.channel]
            first = (heights[run.channel] - (used[run.channel] - 1) * _TRACK) / 2
            self.lines[run.route.number, run.end] = begin + first + track * _TRACK
            if run.words:
                self.words[run.route.number] = sum(run.words) / 2


def _height(tracks: int, *, outer: bool) -> float:
    if not tracks:
        return _MARGIN if outer else _LEAST
    return 2 * _HEAD + (tracks - 1) * _TRACK


def _runs(route: Route, words: str, across: Across) -> Iterator[_Run]:
    if route.source is None:
        x = across.entry(route)
        yield _Run(route, "out", route.enters, (x - RADIUS, x + RADIUS), None, high=False)
    elif route.way != "along":
        begin, end = across.exit(route), across.entry(route)
        turn = across.beside.get(route.number, end)
        middle = begin if route.way == "down" else across.aside(route, words)
        place = middle - measured(words) / 2, middle + measured(words) / 2
        if words or route.way == "round":
            high = route.leaves > route.source.row
            span = (min(begin, turn, place[0]), max(begin, turn, place[1])) if words else _between(begin, turn)
            yield _Run(route, "out", route.leaves, span, place if words else None, high=high)
        if route.beside is not None:
            high = route.enters > route.target.row
            yield _Run(route, "in", route.enters, _between(turn, end), None, high=high)


def _between(one: float, other: float) -> Span:
    return min(one, other), max(one, other)


def _tracks(runs: Iterable[_Run]) -> tuple[dict[tuple[int, str], int], dict[int, int]]:
    """The track of each run, and how many each channel has."""
    channels: dict[int, dict[object, list[_Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        channels[run.channel][run.key].append(run)
    tracks: dict[tuple[int, str], int] = {}
    used: dict[int, int] = defaultdict(int)
    for channel, keys in channels.items():
        lines = sorted((line for group in keys.values() for line in _lines(group)), key=_order)
        for line, track in zip(lines, packed([_span(line) for line in lines], GAP), strict=True):
            used[channel] = max(used[channel], track + 1)
            tracks |= {(run.route.number, run.end): track for run in line}
    return tracks, used


def _lines(group: Sequence[_Run]) -> list[list[_Run]]:
    """Runs that share their way: on one line, as long as the words of one are not in the way of another's."""
    worded = sorted((run for run in group if run.words), key=lambda run: run.span)
    spans = [run.words for run in worded if run.words]
    lines: dict[int, list[_Run]] = defaultdict(list)
    for run, number in zip(worded, packed(spans, 2 * GAP), strict=True):
        lines[number].append(run)
    lines[0] += [run for run in group if not run.words]
    return list(lines.values())


def _span(line: Sequence[_Run]) -> Span:
    return min(run.span[0] for run in line), max(run.span[1] for run in line)


def _order(line: Sequence[_Run]) -> tuple[bool, float, int]:
    """Long ones outside: next to the boxes that they leave, so that short ones need not cross them."""
    low, high = _span(line)
    return not line[0].high, (low - high) if line[0].high else (high - low), line[0].route.number
