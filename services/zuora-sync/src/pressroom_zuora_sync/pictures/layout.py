"""In which row and column each task stands: as they were placed in Zuora, or else in layers.

Rows and columns rather than pixels: between them there is room for arrows, and no box can lie upon another.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pressroom_zuora_sync.exports.graph import Graph

from .layers import columns_of, ranks_of

_ROW, _COLUMN = 50, 100
"""Zuora's pixels. Boxes that are less apart than this stand in one row, or one column."""
_MOST_PIXELS = 20_000
"""A place that is farther out than this was not meant."""
_NUMBER = re.compile(r"\s*(-?\d{1,7}(?:\.\d{1,6})?)\s*(?:px)?\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    row: int
    column: int


def laid_out(graph: Graph) -> dict[int, Cell]:
    """By `css` where each task has it and few lie on each other; else in layers."""
    placed = {task: place for task, fields in graph.tasks.items() if (place := _place(fields.get("css")))}
    cells = _snapped(placed) if len(placed) == len(graph.tasks) else None
    if cells is None:
        cells = {task: Cell(row, column) for task, row, column in columns_of(graph, ranks_of(graph))}
    return _without_gaps(cells)


def _place(css: Any) -> tuple[float, float] | None:
    if not isinstance(css, dict):
        return None
    left, top = _pixels(css.get("left")), _pixels(css.get("top"))
    return None if left is None or top is None else (left, top)


def _pixels(value: Any) -> float | None:
    found = _NUMBER.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    pixels = float(found[1]) if found else math.inf
    return pixels if abs(pixels) <= _MOST_PIXELS else None


def _snapped(placed: Mapping[int, tuple[float, float]]) -> dict[int, Cell] | None:
    """To rows, then to columns, from the left. A box whose cell is taken goes one to the right; None where many do."""
    rows = _rows({task: top for task, (_, top) in placed.items()})
    cells: dict[int, Cell] = {}
    taken: set[Cell] = set()
    column, begins, pushed = 0, -math.inf, 0
    for task, (left, _) in sorted(placed.items(), key=lambda item: item[1]):
        is_taken = Cell(rows[task], column) in taken
        if is_taken or left - begins >= _COLUMN:
            pushed += is_taken and left - begins < _COLUMN / 4
            column, begins = column + 1, left
        cells[task] = Cell(rows[task], column)
        taken.add(cells[task])
    return cells if pushed <= len(placed) / 4 else None


def _rows(tops: Mapping[int, float]) -> dict[int, int]:
    rows: dict[int, int] = {}
    row, begins = 0, -math.inf
    for task, top in sorted(tops.items(), key=lambda item: item[1]):
        if top - begins >= _ROW:
            row, begins = row + 1, top
        rows[task] = row
    return rows


def _without_gaps(cells: Mapping[int, Cell]) -> dict[int, Cell]:
    rows = {row: at for at, row in enumerate(sorted({cell.row for cell in cells.values()}))}
    columns = {column: at for at, column in enumerate(sorted({cell.column for cell in cells.values()}))}
    return {task: Cell(rows[cell.row], columns[cell.column]) for task, cell in cells.items()}
