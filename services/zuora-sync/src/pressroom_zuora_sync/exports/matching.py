"""Which task of one export is which of another: by what they say and where they stand, never by their ids."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .colours import ROUNDS, coloured_edges, colours, first_colours
from .graph import Graph
from .twins import Pairs, alike

_RENAMINGS = 10

KeyOf = Callable[[int], Any]


def matched(left: Graph, right: Graph) -> Pairs:
    """Right ids by left ids. Those that say the same first, then those of the same surroundings, of the same name and
    type, of the same name (the type changed), then of the same type and place (the name changed)."""
    pairs = alike(left, right)
    for on_left, on_right in reversed(list(zip(*_shared_colours(left, right), strict=True))):
        _pair(pairs, left.tasks, right.tasks, on_left.get, on_right.get)
    _pair(pairs, left.tasks, right.tasks, _name_in(left), _name_in(right))
    _pair_renamed(pairs, left, right)
    return pairs


def _shared_colours(left: Graph, right: Graph) -> tuple[list[Mapping[int, Any]], list[Mapping[int, Any]]]:
    """Numbers stand for colours: a colour made of colours would grow with every round."""
    numbers: dict[Any, int] = {}

    def number(colour: Any) -> int:
        return numbers.setdefault(colour, len(numbers))

    return colours(left, first_colours(left), ROUNDS, number), colours(right, first_colours(right), ROUNDS, number)


def _name_in(graph: Graph) -> KeyOf:
    return lambda task: graph.tasks[task].get("name")


def _pair(pairs: Pairs, left: Iterable[int], right: Iterable[int], of_left: KeyOf, of_right: KeyOf) -> None:
    """Those of the same key, in the exports' order; a key of None is none."""
    taken = set(pairs.values())
    waiting: dict[str, list[int]] = defaultdict(list)
    for task in reversed(list(right)):
        if task not in taken:
            waiting[repr(of_right(task))].append(task)
    for task in left:
        key = None if task in pairs else of_left(task)
        if key is not None and waiting[repr(key)]:
            pairs[task] = waiting[repr(key)].pop()


def _pair_renamed(pairs: Pairs, left: Graph, right: Graph) -> None:
    """A matched neighbour makes a place known, and so a renamed task, which makes the next place known."""
    for _ in range(_RENAMINGS):
        before = len(pairs)
        if before == min(len(left.tasks), len(right.tasks)):
            return
        on_left = _places(left, {here: here for here in pairs})
        on_right = _places(right, {there: here for here, there in pairs.items()})
        _pair(pairs, left.tasks, right.tasks, on_left.get, on_right.get)
        if len(pairs) == before:
            return


def _places(graph: Graph, known: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    """The type of each task that is not matched, and the neighbours that are. One that has none has no place."""
    around: dict[int, set[str]] = defaultdict(set)
    for way, task, neighbour in coloured_edges(graph, known):
        if task not in known and neighbour is not None:
            around[task].add(repr((way, neighbour)))
    return {
        task: (str(graph.tasks[task].get("action_type")), *sorted(neighbours)) for task, neighbours in around.items()
    }
