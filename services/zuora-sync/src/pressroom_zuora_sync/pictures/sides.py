"""Where arrows leave and enter boxes above and below: what meets in one channel has places of its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .routes import Route

WIDTH, HEIGHT = 220, 56
"""Of a box, in pixels."""
_STEP, _CORNER = 40.0, 14.0


@dataclass(slots=True)
class _Meeting:
    """What leaves or enters one column in one channel, from above and from below. `far`: by port, where it leads."""

    far: dict[object, float] = field(default_factory=dict)
    straight: int = 0

    def sides(self, column: int) -> tuple[list[object], list[object]]:
        ports = sorted(self.far, key=self.far.__getitem__)
        left = [port for port in ports if self.far[port] < column]
        return left, ports[len(left) :]

    def step(self, column: int) -> float:
        """Between two ports. Straight arrows stand in the middle, and as much room is kept on both sides of them."""
        left, right = self.sides(column)
        count = self.straight + 2 * max(len(left), len(right)) if self.straight else len(self.far)
        return min(_STEP, (WIDTH - 2 * _CORNER) / max(1, count - 1))


def offsets(routes: Sequence[Route]) -> dict[object, float]:
    """By port, from the middle of its box, in pixels. A straight arrow has one at both of its ends: its number."""
    meetings = _meetings(routes)
    found: dict[object, float] = {}
    for (_, column), meeting in meetings.items():
        found |= _spread(meeting, column)
    for route in routes:
        if route.way == "down":
            step = min(meetings[end].step(route.target.column) for end in _ends(route))
            found[route.number] = (route.nth - (route.count - 1) / 2) * step
    return found


def along(route: Route) -> float:
    """Of a straight arrow to the right or the left, from the middle of the box, in pixels."""
    return (route.nth - (route.count - 1) / 2) * 18


def _meetings(routes: Sequence[Route]) -> Mapping[tuple[int, int], _Meeting]:
    meetings: dict[tuple[int, int], _Meeting] = defaultdict(_Meeting)
    for route in routes:
        target = route.target.column
        if route.way == "down":
            for end in _ends(route):
                meetings[end].straight = route.count
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
    edge = (meeting.straight + 1) / 2
    return {port: -(edge + at) * step for at, port in enumerate(reversed(left))} | {
        port: (edge + at) * step for at, port in enumerate(right)
    }
