"""What lies where from the left to the right: columns of boxes, and the channels between them. Units are pixels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from .layout import Cell
from .lettering import measured
from .routes import Key, Route
from .sides import WIDTH, Ports
from .tracks import Span, packed

GAP = 12
"""Between words on an arrow and whatever crosses it before and behind them."""
_LINE = 14
"""Between two arrows that run side by side between columns."""
_HEAD = 20
_LEAST, _MARGIN = 40, 85


class Across:
    """`boxes`: by column, their left sides; `beside`: by route, the line that it takes between columns."""

    def __init__(self, cells: Mapping[int, Cell], routes: Sequence[Route], words: Sequence[str]) -> None:
        count = max((cell.column for cell in cells.values()), default=-1) + 1
        tracks, used = _beside(routes)
        self._ports = Ports(routes, words)
        before, behind = self._rooms(routes, words, count + 1)
        least = [_MARGIN, *[_LEAST] * (count - 1), _MARGIN][: count + 1]
        widths = [max(least[at], before[at] + used[at] * _LINE + behind[at] + 2 * _HEAD) for at in range(count + 1)]
        ends = list(accumulate(width + WIDTH for width in widths))
        self.boxes = [end - WIDTH for end in ends]
        self.size = ends[-1] - WIDTH
        self._begins = [end - width - WIDTH for end, width in zip(ends, widths, strict=True)]
        self.beside = {
            number: self._begins[channel]
            + widths[channel]
            - behind[channel]
            - _HEAD
            - (used[channel] - 1 - track) * _LINE
            for number, (channel, track) in tracks.items()
        }

    def words(self, route: Route, words: str) -> float:
        """The middle of words on an arrow along a row."""
        return self._begins[route.beside or 0] + 16 + measured(words) / 2

    def exit(self, route: Route) -> float:
        port = route.number if route.way == "down" else route.exit
        return self._middle(route.source or route.target) + self._ports.offset(port)

    def entry(self, route: Route) -> float:
        port = route.number if route.way == "down" else route.entry
        return self._middle(route.target) + self._ports.offset(port)

    def aside(self, route: Route, words: str) -> float:
        """The middle of words on an arrow that goes round: beside all that leaves or enters the column there, before
        the first line between the columns."""
        source = route.source or route.target
        left, right = self._ports.reach(route.leaves, source.column)
        half = GAP + measured(words) / 2
        return self._middle(source) + (right + half if route.is_rightward else left - half)

    def _rooms(self, routes: Sequence[Route], words: Sequence[str], count: int) -> tuple[list[float], list[float]]:
        """What words need in each channel, before and behind the lines there."""
        before, behind = [0.0] * count, [0.0] * count
        for route in routes:
            width, source = measured(words[route.number]), route.source
            if route.way == "along" and route.beside is not None:
                before[route.beside] = max(before[route.beside], 16 + width)
            elif route.way == "round" and source is not None and width:
                left, right = self._ports.reach(route.leaves, source.column)
                most = (right if route.is_rightward else -left) + width + 2 * GAP - WIDTH / 2 - _HEAD
                side, channel = (before, source.column + 1) if route.is_rightward else (behind, source.column)
                side[channel] = max(side[channel], most)
        return before, behind

    def _middle(self, cell: Cell) -> float:
        return self.boxes[cell.column] + WIDTH / 2


def _beside(routes: Iterable[Route]) -> tuple[dict[int, tuple[int, int]], dict[int, int]]:
    """The channel between columns and the track of each route that has one, and how many tracks each channel has."""
    shared: dict[int, dict[Key, list[Route]]] = defaultdict(lambda: defaultdict(list))
    for route in routes:
        if route.way == "round" and route.beside is not None:
            shared[route.beside][route.key].append(route)
    tracks: dict[int, tuple[int, int]] = {}
    used: dict[int, int] = defaultdict(int)
    for channel, keys in shared.items():
        spans = [_rows(group) for group in keys.values()]
        for group, track in zip(keys.values(), packed(spans, 0.5), strict=True):
            used[channel] = max(used[channel], track + 1)
            tracks |= {route.number: (channel, track) for route in group}
    return tracks, used


def _rows(routes: Iterable[Route]) -> Span:
    ends = [end for route in routes for end in (route.leaves, route.enters)]
    return min(ends), max(ends)
