"""The arrows of a picture, and where the boxes stand between them. Units are pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .across import Across
from .down import Down
from .layout import Cell
from .lettering import worded
from .routes import Route
from .sides import HEIGHT, WIDTH, along

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arrow:
    """`words` are what fits of the route's, in the middle of `at`."""

    route: Route
    points: tuple[Point, ...]
    words: str
    at: Point


@dataclass(frozen=True, slots=True)
class Plan:
    """`boxes`: the upper left corner of each task's."""

    boxes: Mapping[int, Point]
    arrows: Sequence[Arrow]
    width: float
    height: float


def planned(cells: Mapping[int, Cell], routes: Sequence[Route]) -> Plan:
    words = _told(routes)
    across = Across(cells, routes, words)
    down = Down(cells, routes, words, across)
    boxes = {task: (across.boxes[cell.column], down.boxes[cell.row]) for task, cell in cells.items()}
    arrows = [
        Arrow(route, _points(route, across, down), told, _place(route, told, across, down))
        for route, told in zip(routes, words, strict=True)
    ]
    return Plan(boxes, arrows, across.size, down.size)


def _told(routes: Sequence[Route]) -> list[str]:
    """The words of each arrow: once, where several leave a box as one and go the same way."""
    seen: set[object] = set()
    told = []
    for route in routes:
        line = route.exit, route.is_rightward
        is_told = route.way in ("along", "down") or line not in seen
        told.append(worded(route.words) if is_told else "")
        seen.add(line)
    return told


def _points(route: Route, across: Across, down: Down) -> tuple[Point, ...]:
    if route.way == "along":
        return _along(route, across, down)
    end = across.entry(route)
    top = down.boxes[route.target.row]
    foot = end, top if route.enters == route.target.row else top + HEIGHT
    if route.source is None:
        return (end, down.lines[route.number, "out"]), foot
    begin, top = across.exit(route), down.boxes[route.source.row]
    leaves = begin, top if route.leaves == route.source.row else top + HEIGHT
    if route.way == "down":
        return leaves, foot
    line = down.lines[route.number, "out"]
    if route.beside is None:
        return leaves, (begin, line), (end, line), foot
    turn, last = across.beside[route.number], down.lines[route.number, "in"]
    return leaves, (begin, line), (turn, line), (turn, last), (end, last), foot


def _along(route: Route, across: Across, down: Down) -> tuple[Point, Point]:
    source = route.source or route.target
    y = down.boxes[source.row] + HEIGHT / 2 + along(route)
    begin, end = across.boxes[source.column], across.boxes[route.target.column]
    return ((begin + WIDTH, y), (end, y)) if end > begin else ((begin, y), (end + WIDTH, y))


def _place(route: Route, words: str, across: Across, down: Down) -> Point:
    """The middle of the words."""
    if route.way == "along":
        return across.words(route, words), _along(route, across, down)[0][1]
    return down.words.get(route.number, 0.0), down.lines.get((route.number, "out"), 0.0)
