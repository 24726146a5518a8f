"""Where arrows leave and enter boxes above and below: what meets in one channel has places of its own, and straight
arrows have room for their words between them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .routes import Route, around

WIDTH, HEIGHT = 220, 56
"""Of a box, in pixels."""
_STEP, _CORNER = 40.0, 14.0


@dataclass(slots=True)
class _Meeting:
    """What leaves or enters one column in one channel, from above and from below. `far`: by port, where it leads.
    `apart`: what straight arrows need between them and to the others, in pixels."""

    far: dict[object, float] = field(default_factory=dict)
    straight: int = 0
    apart: float = 0.0

    def sides(self, column: int) -> tuple[list[object], list[object]]:
        ports = sorted(self.far, key=self.far.__getitem__)
        left = [port for port in ports if self.far[port] < column]
        return left, ports[len(left) :]

    def step(self, column: int) -> float:
        """Between two ports. Straight arrows stand in the middle, and as much room is kept on both sides of them."""
        left, right = self.sides(column)
        count = self.straight + 2 * max(len(left), len(right)) if self.straight else len(self.far)
        return max(self.apart, min(_STEP, (WIDTH - 2 * _CORNER) / max(1, count - 1)))


class Ports:
    """Offsets are from the middle of a box, in pixels."""

    def __init__(self, routes: Sequence[Route], words: Sequence[str]) -> None:
        meetings = _meetings(routes, words)
        self._offsets: dict[object, float] = {}
        self._reach: dict[tuple[int, int], tuple[float, float]] = {}
        for end, meeting in meetings.items():
            spread = _spread(meeting, end[1])
            self._offsets |= spread
            edge = (meeting.straight - 1) / 2 * meeting.step(end[1]) if meeting.straight else 0.0
            self._reach[end] = min([-edge, *spread.values()]), max([edge, *spread.values()])
        for route in routes:
            if route.way == "down":
                step = min(meetings[end].step(route.target.column) for end in _ends(route))
                self._offsets[route.number] = (route.nth - (route.count - 1) / 2) * step

    def offset(self, port: object) -> float:
        """A straight arrow has one at both of its ends: its number."""
        return self._offsets[port]

    def reach(self, channel: int, column: int) -> tuple[float, float]:
        """The outermost: beyond them nothing leaves or enters this column in this channel."""
        return self._reach[channel, column]


def along(route: Route) -> float:
    """Of a straight arrow to the right or the left, from the middle of the box, in pixels."""
    return (route.nth - (route.count - 1) / 2) * 18


def _meetings(routes: Sequence[Route], words: Sequence[str]) -> Mapping[tuple[int, int], _Meeting]:
    meetings: dict[tuple[int, int], _Meeting] = defaultdict(_Meeting)
    for route in routes:
        target = route.target.column
        if route.way == "down":
            for end in _ends(route):
                meetings[end].straight = route.count
                meetings[end].apart = max(meetings[end].apart, around(words[route.number]))
        elif route.way == "start" or (route.way == "round" and route.source is not None):
            source = target if route.source is None else route.source.column
            turn = None if route.beside is None else route.beside - 0.5
            if route.source is not None:
                meetings[route.leaves, source].far.setdefault(route.exit, target if turn is None else turn)
            meetings[route.enters, target].far.setdefault(route.entry, source if turn is None else turn)
    return meetings


def _ends(route: Route) -> tuple[tuple[int, int], ...]:
    return (route.leaves, route.target.column), (route.enters, route.target.column)


def _spread(meeting: _Meeting, column: int) -> dict[object, float]:
    left, right = meeting.sides(column)
    step = meeting.step(column)
    if not meeting.straight:
        ports = [*left, *right]
        return {port: (at - (len(ports) - 1) / 2) * step for at, port in enumerate(ports)}
    edge = (meeting.straight + 1) / 2 * step
    step = min(step, (WIDTH / 2 - _CORNER - edge) / max(1, max(len(left), len(right)) - 1))
    return {port: -edge - at * step for at, port in enumerate(reversed(left))} | {
        port: edge + at * step for at, port in enumerate(right)
    }
