"""The arrows of a picture: from box to box, along a curve that leaves and enters where it looks natural."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .graph import Edge, Graph
from .layout import HEIGHT, WIDTH, Layout, Place

Sort = Literal["plain", "fail", "loop"]
_FAILURE = ("fail", "error", "exception")
_START_ABOVE = 46
_BESIDE = 22
"""Pixels between two arrows of the same two boxes."""


@dataclass(frozen=True, slots=True)
class Arrow:
    sort: Sort
    kind: str
    starts: bool
    path: str
    from_x: float
    from_y: float
    label_x: float
    label_y: float


def arrows(graph: Graph, layout: Layout) -> Iterator[Arrow]:
    """Those of cycles last, so that they lie above the others."""
    drawn: Counter[frozenset[int | None]] = Counter()
    for edge in sorted(graph.edges, key=graph.is_cyclic):
        between = frozenset((edge.source, edge.target))
        yield _arrow(edge, _sort(graph, edge), layout, drawn[between])
        drawn[between] += 1


def _sort(graph: Graph, edge: Edge) -> Sort:
    if graph.is_cyclic(edge):
        return "loop"
    return "fail" if any(word in edge.kind.lower() for word in _FAILURE) else "plain"


def _arrow(edge: Edge, sort: Sort, layout: Layout, nth: int) -> Arrow:
    target = layout.places[edge.target]
    if edge.source is None:
        x = target.x + WIDTH / 2 + nth * _BESIDE
        return _curve(edge, sort, (x, target.y - _START_ABOVE), (x, target.y), (0, 0))
    if edge.source == edge.target:
        return _loop(edge, sort, target, nth)
    source = layout.places[edge.source]
    leaves, enters, bend = _sides(source, target, nth)
    return _curve(edge, sort, leaves, enters, bend)


Point = tuple[float, float]


def _sides(source: Place, target: Place, nth: int) -> tuple[Point, Point, Point]:
    """Where the arrow leaves, where it enters, and how it bends away from both."""
    aside = nth * _BESIDE
    over, down = target.x - source.x, target.y - source.y
    if abs(down) > HEIGHT * 1.2:
        way = math.copysign(1, down)
        leaves = source.x + WIDTH / 2 + aside, source.y + (HEIGHT if way > 0 else 0)
        enters = target.x + WIDTH / 2 + aside, target.y + (0 if way > 0 else HEIGHT)
        sideways = -WIDTH * 0.75 if way < 0 and abs(over) < WIDTH / 2 else 0  # back up, beside what leads down
        return leaves, enters, (sideways, way * min(60.0, abs(down) / 2))
    way = math.copysign(1, over)
    leaves = source.x + (WIDTH if way > 0 else 0), source.y + HEIGHT / 2 + aside * 0.7
    enters = target.x + (0 if way > 0 else WIDTH), target.y + HEIGHT / 2 + aside * 0.7
    if abs(over) > 2 * WIDTH or way < 0:  # over the boxes between, or back
        leaves, enters = (source.x + WIDTH / 2, source.y), (target.x + WIDTH / 2, target.y)
        return leaves, enters, (0, -60 - aside)
    return leaves, enters, (way * min(50.0, abs(over) / 3), 0)


def _curve(edge: Edge, sort: Sort, leaves: Point, enters: Point, bend: Point) -> Arrow:
    """A cubic Bézier curve."""
    (x0, y0), (x3, y3), (dx, dy) = leaves, enters, bend
    arching = dx == 0 and dy < 0 and abs(y0 - y3) < 1.2 * HEIGHT
    x1, y1, x2, y2 = x0 + dx, y0 + dy, (x3 + dx if dy else x3 - dx), (y3 + dy if arching else y3 - dy)
    return Arrow(
        sort=sort,
        kind="" if edge.source is None else edge.kind,
        starts=edge.source is None,
        path=f"M{x0:.0f} {y0:.0f}C{x1:.0f} {y1:.0f} {x2:.0f} {y2:.0f} {x3:.0f} {y3:.0f}",
        from_x=x0,
        from_y=y0,
        label_x=_along(x0, x1, x2, x3),
        label_y=_along(y0, y1, y2, y3) + 4,
    )


def _loop(edge: Edge, sort: Sort, place: Place, nth: int) -> Arrow:
    """To itself: out at the right side and in at the top."""
    x0, y0, x3, y3 = place.x + WIDTH, place.y + HEIGHT / 2, place.x + WIDTH * 0.8, place.y
    out = 46.0 + nth * _BESIDE
    return Arrow(
        sort=sort,
        kind=edge.kind,
        starts=False,
        path=f"M{x0:.0f} {y0:.0f}C{x0 + out:.0f} {y0:.0f} {x3:.0f} {y3 - out:.0f} {x3:.0f} {y3:.0f}",
        from_x=x0,
        from_y=y0,
        label_x=x0 + out / 6,
        label_y=y3 - out / 6,
    )


def _along(p0: float, p1: float, p2: float, p3: float, t: float = 0.4) -> float:
    """Where the words stand: before the middle, for arrows that meet at a target leave different sources."""
    u = 1 - t
    return u**3 * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t**3 * p3
