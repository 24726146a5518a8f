"""Where the boxes of a graph stand: as they were placed in Zuora, or else in layers. Units are pixels."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .graph import Graph

WIDTH, HEIGHT = 180, 56
GAP_X, GAP_Y = 100, 74
MARGIN = 60
START_SPACE = 70
"""Above the first row, for the start."""
_STRETCH_X, _STRETCH_Y = 1.4, 1.25
"""Zuora's boxes are smaller, and its arrows have no words on them."""
_MOST_PIXELS = 20_000
"""A place that is farther out than this was not meant."""
_NUMBER = re.compile(r"\s*(-?\d{1,7}(?:\.\d{1,6})?)\s*(?:px)?\s*")


@dataclass(frozen=True, slots=True)
class Place:
    """The upper left corner of a box."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    places: Mapping[int, Place]
    width: float
    height: float


def laid_out(graph: Graph) -> Layout:
    """By `css` where each task has it and no two boxes lie on each other; else in layers."""
    placed = {task: place for task, fields in graph.tasks.items() if (place := _place(fields.get("css")))}
    if len(placed) < len(graph.tasks) or _overlap(placed):
        placed = _layers(graph)
    return _moved(placed)


def _place(css: Any) -> Place | None:
    if not isinstance(css, dict):
        return None
    left, top = _pixels(css.get("left")), _pixels(css.get("top"))
    return None if left is None or top is None else Place(left * _STRETCH_X, top * _STRETCH_Y)


def _pixels(value: Any) -> float | None:
    found = _NUMBER.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    pixels = float(found[1]) if found else math.inf
    return pixels if abs(pixels) <= _MOST_PIXELS else None


def _overlap(placed: Mapping[int, Place]) -> bool:
    """Boxes of ours are wider than Zuora's may be: a small overlap is no harm, one box upon another is."""
    cells = {(round(place.x / (WIDTH / 2)), round(place.y / (HEIGHT / 2))) for place in placed.values()}
    return len(cells) < len(placed)


def _layers(graph: Graph) -> dict[int, Place]:
    """A row for each step from the start; what is never reached stands below."""
    last = max(graph.depths.values(), default=-1) + 1
    rows: dict[int, list[int]] = defaultdict(list)
    for task in sorted(graph.tasks, key=lambda task: graph.depths.get(task, last)):
        rows[graph.depths.get(task, last)].append(task)
    widest = max((min(len(row), _most_in_row(graph)) for row in rows.values()), default=0)
    places: dict[int, Place] = {}
    line = 0
    for depth in sorted(rows):
        for piece in _pieces(rows[depth], _most_in_row(graph)):
            shift = (widest - len(piece)) * (WIDTH + GAP_X) / 2
            for column, task in enumerate(piece):
                places[task] = Place(shift + column * (WIDTH + GAP_X), line * (HEIGHT + GAP_Y))
            line += 1
    return places


def _most_in_row(graph: Graph) -> int:
    return max(8, math.isqrt(len(graph.tasks)))


def _pieces(row: list[int], most: int) -> list[list[int]]:
    return [row[at : at + most] for at in range(0, len(row), most)]


def _moved(places: Mapping[int, Place]) -> Layout:
    """So that all lies within the picture, and the start has its space."""
    left = min((place.x for place in places.values()), default=0.0) - MARGIN
    top = min((place.y for place in places.values()), default=0.0) - MARGIN - START_SPACE
    moved = {task: Place(place.x - left, place.y - top) for task, place in places.items()}
    width = max((place.x for place in moved.values()), default=0.0) + WIDTH + MARGIN
    height = max((place.y for place in moved.values()), default=0.0) + HEIGHT + MARGIN
    return Layout(moved, width, height)
