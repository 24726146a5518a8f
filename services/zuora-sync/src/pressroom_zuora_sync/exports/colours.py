"""What tells tasks of one name apart: their surroundings, step by step (Weisfeiler and Lehman's colour refinement)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .graph import Graph

ROUNDS = 3
"""Steps around a task that are looked at."""

START = "start"
Way = tuple[str, str]
"""Into a task or out of it, and the type of the linkage."""


def first_colours(graph: Graph) -> dict[int, Any]:
    """Name and type."""
    return {task: (str(of.get("name")), str(of.get("action_type"))) for task, of in graph.tasks.items()}


def colours(
    graph: Graph, first: Mapping[int, Any], rounds: int, short: Callable[[Any], Any]
) -> list[Mapping[int, Any]]:
    """By task, one round after the other; each looks a step farther. `short`: a stand-in for a long colour, the same
    for the same."""
    told = [{task: short(colour) for task, colour in first.items()}]
    for _ in range(rounds):
        around: dict[int, list[str]] = defaultdict(list)
        for way, task, neighbour in coloured_edges(graph, told[-1]):
            around[task].append(repr((way, neighbour)))
        told.append({task: short((colour, *sorted(around[task]))) for task, colour in told[-1].items()})
    return [*told]


def coloured_edges(graph: Graph, colour: Mapping[int, Any]) -> Iterator[tuple[Way, int, Any]]:
    """Each edge as both of its ends see it: the way, the task, and the colour of its neighbour (None: it has none)."""
    for edge in graph.edges:
        yield ("in", edge.kind), edge.target, START if edge.source is None else colour.get(edge.source)
        if edge.source is not None:
            yield ("out", edge.kind), edge.source, colour.get(edge.target)
