"""Tasks that did not change: which of one export is which of another, by what they say and what is around them.

Several may say the same and have the same around them. Once one pair of them is chosen, their neighbours follow, so
that the linkages of both stay together. Where two graphs are the same, all of it is looked at, however far.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from .colours import ROUNDS, Way, coloured_edges, colours
from .graph import Graph
from .meaning import contents
from .refining import Refining

Pairs = dict[int, int]
Contents = Mapping[int, str]
Colours = Mapping[int, str | int]
_Neighbours = Mapping[int, Mapping[tuple[Way, int], list[int]]]


def alike(left: Graph, right: Graph) -> Pairs:
    """Right ids by left ids; those of the widest surroundings first, and of these those that there are once."""
    of_left, of_right = contents(left), contents(right)
    return _wholly(left, right, of_left, of_right) or _partly(left, right, of_left, of_right)


def _wholly(left: Graph, right: Graph, of_left: Contents, of_right: Contents) -> Pairs:
    """Of two graphs that are the same; else none."""
    if sorted(of_left.values()) != sorted(of_right.values()):
        return {}
    here, there = Refining(left, of_left), Refining(right, of_right)
    if sorted(here.colours.values()) != sorted(there.colours.values()):
        return {}
    pairs: Pairs = {}
    for task in left.tasks:
        alone, others = here.size(here.names[task]) == 1, there.first(here.names[task])
        if others is None:
            break
        pairs[task] = others
        if not alone:
            here.single_out(task)
            there.single_out(others)
    return pairs


def _partly(left: Graph, right: Graph, of_left: Contents, of_right: Contents) -> Pairs:
    """Of two that differ: a change is no reason to take tasks far from it for others."""
    numbers: dict[object, int] = {}

    def number(colour: object) -> int:
        return numbers.setdefault(colour, len(numbers))

    on_left, on_right = colours(left, of_left, ROUNDS, number), colours(right, of_right, ROUNDS, number)
    pairs: Pairs = {}
    for this, that in reversed(list(zip(on_left, on_right, strict=True))):
        _Round(pairs, left, right, this, that).pair()
    return pairs


class _Round:
    """Of pairs of one colour."""

    def __init__(self, pairs: Pairs, left: Graph, right: Graph, of_left: Colours, of_right: Colours) -> None:
        self._pairs = pairs
        self._taken = set(pairs.values())
        self._left, self._right = of_left, of_right
        self._around = _neighbours(left, of_left), _neighbours(right, of_right)

    def pair(self) -> None:
        for here, there in list(self._pairs.items()):
            self._follow(here, there)
        classes = _classes(self._left), _classes(self._right)
        for colour in sorted(classes[0].keys() & classes[1].keys(), key=lambda colour: len(classes[0][colour])):
            free = iter(classes[1][colour])
            for here in classes[0][colour]:
                if here not in self._pairs:
                    other = self._first(free)
                    if other is None:
                        break
                    self._take(here, other)

    def _first(self, tasks: Iterator[int]) -> int | None:
        """That is nobody's yet."""
        return next((task for task in tasks if task not in self._taken), None)

    def _take(self, here: int, there: int) -> None:
        self._pairs[here] = there
        self._taken.add(there)
        self._follow(here, there)

    def _follow(self, here: int, there: int) -> None:
        """Neighbours of one colour, on the same way from both; without recursion: a chain may be long."""
        waiting = [(here, there)]
        while waiting:
            at_left, at_right = waiting.pop()
            for pair in self._next(at_left, at_right):
                self._pairs[pair[0]] = pair[1]
                self._taken.add(pair[1])
                waiting.append(pair)

    def _next(self, here: int, there: int) -> Iterator[tuple[int, int]]:
        on_right = self._around[1].get(there, {})
        for way, tasks in self._around[0].get(here, {}).items():
            free = iter(on_right.get(way, ()))
            for task in tasks:
                if task not in self._pairs:
                    other = self._first(free)
                    if other is None:
                        break
                    yield task, other


def _neighbours(graph: Graph, colour: Colours) -> _Neighbours:
    """By task, and by the way and the colour of what is there."""
    found: dict[int, dict[tuple[Way, int], list[int]]] = {}
    for way, task, neighbour in coloured_edges(graph, {task: task for task in graph.tasks}):
        if isinstance(neighbour, int):
            around = found.setdefault(task, {})
            around.setdefault((way, int(colour[neighbour])), []).append(neighbour)
    return found


def _classes(colour: Colours) -> Mapping[str | int, list[int]]:
    found: defaultdict[str | int, list[int]] = defaultdict(list)
    for task, its in colour.items():
        found[its].append(task)
    return found
