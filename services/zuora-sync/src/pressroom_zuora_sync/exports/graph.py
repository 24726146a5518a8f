"""The graph of a workflow's tasks. Edges come from linkages alone; a start comes from nowhere; cycles may exist."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .parsing import task_id
from .records import Export, Json


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` None: the workflow starts here."""

    source: int | None
    target: int
    kind: str


@dataclass(frozen=True)
class Graph:
    """Tasks by id, in the export's order. `dangling`: linkages with an end that is no task of the workflow."""

    tasks: Mapping[int, Json]
    edges: tuple[Edge, ...]
    dangling: tuple[Json, ...]

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(edge.target for edge in self.edges if edge.source is None))

    @cached_property
    def following(self) -> Mapping[int, Sequence[int]]:
        return _neighbours(self.tasks, ((edge.source, edge.target) for edge in self.edges))

    @cached_property
    def depths(self) -> Mapping[int, int]:
        """Of what is reached from a start: by how many steps, at least."""
        depths = dict.fromkeys(self.starts, 0)
        waiting = deque(self.starts)
        while waiting:
            task = waiting.popleft()
            for after in self.following[task]:
                if after not in depths:
                    depths[after] = depths[task] + 1
                    waiting.append(after)
        return depths

    @cached_property
    def components(self) -> Mapping[int, int]:
        """By task, a number that tasks share which reach each other: Tarjan's strongly connected components."""
        return _components(self.following)

    def is_cyclic(self, edge: Edge) -> bool:
        """It is part of a cycle."""
        return edge.source is not None and self.components[edge.source] == self.components[edge.target]


def graph_of(export: Export) -> Graph:
    tasks = {task["id"]: task for task in export.tasks}
    edges, dangling = [], []
    for linkage in export.linkages:
        edge = _edge(linkage, tasks)
        if edge is None:
            dangling.append(linkage)
        else:
            edges.append(edge)
    return Graph(tasks, tuple(edges), tuple(dangling))


def cycles(graph: Graph) -> list[list[int]]:
    """One path for each group of tasks that reach each other: its first task again at its end."""
    members: dict[int, list[int]] = {}
    for task in graph.tasks:
        members.setdefault(graph.components[task], []).append(task)
    looping = (group for group in members.values() if len(group) > 1 or group[0] in graph.following[group[0]])
    return [_way_round(graph, group) for group in looping]


def name_of(task: Json) -> str:
    """What to call a task: its name, or its id where it has none."""
    name = task.get("name")
    return name if isinstance(name, str) and name else f"task {task['id']}"


def kind_of(linkage: Json) -> str:
    """Its type: free text."""
    return str(linkage.get("linkage_type") or "")


def _edge(linkage: Json, tasks: Mapping[int, Json]) -> Edge | None:
    target, given = task_id(linkage.get("target_task_id")), linkage.get("source_task_id")
    source = task_id(given)
    if target not in tasks or target is None or (given is not None and source not in tasks):
        return None
    return Edge(source, target, kind_of(linkage))


def _neighbours(tasks: Iterable[int], pairs: Iterable[tuple[int | None, int]]) -> dict[int, list[int]]:
    found: dict[int, dict[int, None]] = {task: {} for task in tasks}
    for source, target in pairs:
        if source is not None:
            found[source][target] = None
    return {task: list(after) for task, after in found.items()}


def _way_round(graph: Graph, group: Sequence[int]) -> list[int]:
    """The shortest way from the first of the group back to it."""
    first, inside = group[0], set(group)
    before: dict[int, int] = {}
    waiting = deque([first])
    while first not in before:
        task = waiting.popleft()
        for after in graph.following[task]:
            if after in inside and after not in before:
                before[after] = task
                waiting.append(after)
    path = [first, before[first]]
    while path[-1] != first:
        path.append(before[path[-1]])
    return path[::-1]


def _components(following: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Without recursion: a chain of 20,000 tasks is no deeper than one of two."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    component: dict[int, int] = {}
    open_: list[int] = []
    for root in following:
        if root in order:
            continue
        work = [(root, iter(following[root]))]
        order[root] = low[root] = len(order)
        open_.append(root)
        while work:
            task, rest = work[-1]
            after = next(rest, None)
            if after is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[task])
                if low[task] == order[task]:
                    _close(task, open_, component)
            elif after not in order:
                order[after] = low[after] = len(order)
                open_.append(after)
                work.append((after, iter(following[after])))
            elif after not in component:
                low[task] = min(low[task], order[after])
    return component


def _close(root: int, open_: list[int], component: dict[int, int]) -> None:
    task = None
    while task != root:
        task = open_.pop()
        component[task] = root
