"""What lies where from the left to the right: columns of boxes, and the channels between them. Units are pixels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from .layout import Cell
from .lettering import width_of
from .routes import Key, Route
from .sides import WIDTH, offsets
from .tracks import Span, packed

KIND_SIZE = 11
"""Of the font of words on arrows."""
_LINE = 14
"""Between two arrows that run side by side between columns."""
_HEAD = 20
_LEAST, _MARGIN = 40, 85


class Across:
    """`boxes`: by column, their left sides; `beside`: by route, the line that it takes between columns."""

    def __init__(self, cells: Mapping[int, Cell], routes: Sequence[Route], words: Sequence[str]) -> None:
        count = max((cell.column for cell in cells.values()), default=-1) + 1
        tracks, used = _beside(routes)
        room = [0.0] * (count + 1)  # for the words of arrows that go along
        for route in routes:
            if route.way == "along" and route.beside is not None:
                room[route.beside] = max(room[route.beside], 16 + measured(words[route.number]))
        least = [_MARGIN, *[_LEAST] * (count - 1), _MARGIN][: count + 1]
        widths = [max(least[at], room[at] + used[at] * _LINE + 2 * _HEAD) for at in range(count + 1)]
        ends = list(accumulate(width + WIDTH for width in widths))
        self.boxes = [end - WIDTH for end in ends]
        self.size = ends[-1] - WIDTH
        self._begins = [end - width - WIDTH for end, width in zip(ends, widths, strict=True)]
        self._offsets = offsets(routes)
        self.beside = {
            number: self._begins[channel] + widths[channel] - _HEAD - (used[channel] - 1 - track) * _LINE
            for number, (channel, track) in tracks.items()
        }

    def words(self, route: Route, words: str) -> float:
        """The middle of words on an arrow along a row."""
        return self._begins[route.beside or 0] + 16 + measured(words) / 2

    def exit(self, route: Route) -> float:
        port = route.number if route.way == "down" else route.exit
        return self._middle(route.source or route.target) + self._offsets[port]

    def entry(self, route: Route) -> float:
        port = route.number if route.way == "down" else route.entry
        return self._middle(route.target) + self._offsets[port]

    def _middle(self, cell: Cell) -> float:
        return self.boxes[cell.column] + WIDTH / 2


def measured(words: str) -> float:
    """The room that words on an arrow take."""
    return width_of(words, KIND_SIZE) + 6 if words else 0.0


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
