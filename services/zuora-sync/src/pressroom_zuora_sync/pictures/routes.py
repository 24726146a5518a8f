"""Which way each arrow takes between rows and columns of boxes, never beneath one.

Channel n lies above row n, or left of column n; the last one lies behind the last row, or column. An arrow to a
neighbour goes straight; any other leaves a box above or below, and turns in the channels. Arrows that share a target
run together, and so do those that leave one task for one reason where they are more: a bundle is told by one line.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypedDict

from pressroom_zuora_sync.exports.graph import Edge, Graph
from pressroom_zuora_sync.exports.redaction import clean_text

from .layout import Cell
from .lettering import measured, plain, worded

Sort = Literal["plain", "true", "false", "fail", "loop"]
Way = Literal["start", "along", "down", "round"]
Key = tuple[str, int | None, str]
_FAILURE, _TRUE, _FALSE = ("fail", "error", "exception"), ("true", "yes"), ("false", "no", "else")
_MOST_ALONG, _MOST_DOWN = 3, 6
"""Straight arrows between two neighbours. The others turn beside them."""
_BESIDE = 6
_MOST_DOWN_WIDTH = 160
"""Pixels of a box: further straight arrows, with their words, would leave none for the others."""


class Channels(TypedDict):
    leaves: int
    enters: int
    beside: int | None


@dataclass(frozen=True, slots=True)
class Route:
    """`leaves`, `enters`: the channels between rows at its ends; `beside`: the one between columns where it must pass
    rows. `nth` of `count`: among the straight arrows of two neighbours. Those of one `key` share their way."""

    number: int
    edge: Edge
    words: str
    sort: Sort
    key: Key
    source: Cell | None
    target: Cell
    way: Way
    leaves: int
    enters: int
    beside: int | None
    nth: int
    count: int

    @property
    def exit(self) -> object:
        """What leaves a box at the same place has the same."""
        return "out", self.edge.source, self.leaves, self.key if self.key[0] == "source" else self.number

    @property
    def is_rightward(self) -> bool:
        """Which way one that goes round leaves its box."""
        if self.source is None:
            return False
        return (self.target.column if self.beside is None else self.beside) > self.source.column

    @property
    def entry(self) -> object:
        return "in", self.edge.target, self.enters, self.key if self.key[0] == "target" else self.number


def routes(graph: Graph, cells: Mapping[int, Cell], edges: Sequence[tuple[Edge, int]]) -> list[Route]:
    """Of edges, each with the number of linkages that it stands for."""
    straight = _Straight(cells)
    words = [_words(edge, times) for edge, times in edges]
    ways = [straight.way(edge, told) for (edge, _), told in zip(edges, words, strict=True)]
    keys = _keys([(edge, _sort(graph, edge)) for edge, _ in edges])
    return [
        Route(
            number=number,
            edge=edge,
            words=told,
            sort=_sort(graph, edge),
            key=key,
            source=None if edge.source is None else cells[edge.source],
            target=cells[edge.target],
            way=way,
            nth=nth,
            count=straight.count(edge),
            **_channels(way, None if edge.source is None else cells[edge.source], cells[edge.target]),
        )
        for number, ((edge, _), told, (way, nth), key) in enumerate(zip(edges, words, ways, keys, strict=True))
    ]


def around(words: str) -> float:
    """From a straight arrow downwards that has words to whatever runs beside it, in pixels."""
    return measured(words) / 2 + _BESIDE


def reason_of(kind: str) -> Sort:
    """What a kind of link says, which is free text."""
    words = kind.strip().lower()
    if any(word in words for word in _FAILURE):
        return "fail"
    return "true" if words in _TRUE else "false" if words in _FALSE else "plain"


def _sort(graph: Graph, edge: Edge) -> Sort:
    return "loop" if graph.is_cyclic(edge) else reason_of(edge.kind)


def _words(edge: Edge, times: int) -> str:
    """A start speaks for itself."""
    if edge.source is None:
        return ""
    words = plain(clean_text(edge.kind))
    return words if times == 1 else f"{words} {times:,}×".lstrip()  # noqa: RUF001


def _keys(edges: Sequence[tuple[Edge, Sort]]) -> Iterator[Key]:
    into: list[Key] = [("target", edge.target, sort) for edge, sort in edges]
    out: list[Key] = [("source", edge.source, f"{sort} {edge.kind}") for edge, sort in edges]
    counts = Counter([*into, *out])
    for (edge, _), after, before in zip(edges, into, out, strict=True):
        if edge.source is None:
            yield "start", edge.target, edge.kind
        elif edge.source == edge.target:  # leaves where others of the box enter
            yield "self", edge.target, edge.kind
        else:
            yield after if counts[after] >= counts[before] else before


def _channels(way: Way, source: Cell | None, target: Cell) -> Channels:
    """What an arrow leaves through and enters by, and what it goes along between columns."""
    if source is None:
        return {"leaves": target.row, "enters": target.row, "beside": None}
    if way == "along":
        return {"leaves": source.row, "enters": source.row, "beside": min(source.column, target.column) + 1}
    if source == target:  # all around its own corner
        return {"leaves": source.row + 1, "enters": source.row, "beside": source.column + 1}
    if source.row == target.row:  # ahead above the boxes between, and back below them
        channel = source.row if target.column > source.column else source.row + 1
        return {"leaves": channel, "enters": channel, "beside": None}
    down = target.row > source.row
    leaves, enters = (source.row + 1, target.row) if down else (source.row, target.row + 1)
    if way == "down" or (leaves == enters and source.column != target.column):
        return {"leaves": leaves, "enters": enters, "beside": None}
    right = down if source.column == target.column else source.column > target.column
    return {"leaves": leaves, "enters": enters, "beside": target.column + right}


class _Straight:
    """The neighbours of each box, with nothing between them, and how many arrows go straight from one to the other."""

    def __init__(self, cells: Mapping[int, Cell]) -> None:
        self._right = _neighbours(sorted(cells, key=lambda task: (cells[task].row, cells[task].column)), cells, "row")
        self._below = _neighbours(
            sorted(cells, key=lambda task: (cells[task].column, cells[task].row)), cells, "column"
        )
        self._used: Counter[frozenset[int | None]] = Counter()
        self._widest: dict[frozenset[int | None], float] = {}

    def way(self, edge: Edge, words: str) -> tuple[Way, int]:
        source, target = edge.source, edge.target
        if source is None:
            return "start", 0
        if {(source, target), (target, source)} & self._right:
            return self._next("along", edge, has_room=self.count(edge) < _MOST_ALONG)
        if {(source, target), (target, source)} & self._below:
            return self._next("down", edge, has_room=self._has_room(edge, words))
        return "round", 0

    def count(self, edge: Edge) -> int:
        return self._used[_pair(edge)]

    def _has_room(self, edge: Edge, words: str) -> bool:
        """For one more straight arrow, which is then counted with its words."""
        count, widest = self.count(edge), max(self._widest.get(_pair(edge), 0.0), around(worded(words)))
        if count == _MOST_DOWN or (count and (count + 2) * widest > _MOST_DOWN_WIDTH):
            return False
        self._widest[_pair(edge)] = widest
        return True

    def _next(self, way: Way, edge: Edge, *, has_room: bool) -> tuple[Way, int]:
        if not has_room:
            return "round", 0
        self._used[_pair(edge)] += 1
        return way, self.count(edge) - 1


def _pair(edge: Edge) -> frozenset[int | None]:
    return frozenset((edge.source, edge.target))


def _neighbours(
    tasks: Sequence[int], cells: Mapping[int, Cell], line: Literal["row", "column"]
) -> frozenset[tuple[int, int]]:
    return frozenset(
        (one, other) for one, other in pairwise(tasks) if getattr(cells[one], line) == getattr(cells[other], line)
    )
