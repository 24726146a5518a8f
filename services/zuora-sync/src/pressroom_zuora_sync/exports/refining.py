"""Tells tasks apart by all that is around them, however far: colour refinement until nothing changes any more.

The largest part of a class that falls apart keeps its name, and sums of hashes stand for what is around a task: so a
task gets a new name, and its neighbours look at it again, at most as often as a class can be halved. A chain of 20,000
tasks that say the same takes no more than a second.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .colours import START, Way, coloured_edges
from .graph import Graph

_MODULUS = 2**256

_Members = dict[int, dict[int, dict[int, None]]]
"""Tasks, in their order, by the name of their class and by what is around them."""


class Refining:
    """The tasks of one graph in classes; of two graphs, those of one name stand at the same place.

    A limit: tasks that hang together, say the same, and look the same from each of them are one class, also where they
    are linked otherwise, as the corners of a prism and of a ring of six with its long diagonals are.
    """

    def __init__(self, graph: Graph, first: Mapping[int, Any]) -> None:
        """`first`: what each task says."""
        sizes = _sizes(graph)
        self.names = {task: _hash((says, sizes[task])) for task, says in first.items()}
        self._around = dict.fromkeys(first, 0)
        self._seen: dict[int, list[tuple[Way, int]]] = {task: [] for task in first}
        """By task, whose neighbour it is, and on which way."""
        self._members: _Members = defaultdict(dict)
        self._round = 0
        for way, task, neighbour in coloured_edges(graph, {task: task for task in first}):
            if neighbour == START:
                self._add(task, _hash((way, START)))
            else:
                self._seen[neighbour].append((way, task))
                self._add(task, _hash((way, self.names[neighbour])))
        for task in first:
            self._put(task)
        self._refine(set(self.names.values()))

    @property
    def colours(self) -> dict[int, int]:
        """By task: its class, and the classes around it."""
        return {task: _hash((name, self._around[task])) for task, name in self.names.items()}

    def size(self, name: int) -> int:
        return sum(map(len, self._members.get(name, {}).values()))

    def first(self, name: int) -> int | None:
        """Of the tasks in the class."""
        return next((task for part in self._members.get(name, {}).values() for task in part), None)

    def single_out(self, task: int) -> None:
        """It gets a class of its own, and so may others that stand around it."""
        self._round += 1
        self._refine(self._renamed([(task, _hash((self.names[task], "alone", self._round)))]))

    def _refine(self, names: Collection[int]) -> None:
        """At most once for each task: every round but the last one makes one class more."""
        while names:
            self._round += 1
            names = self._renamed([new for name in names for new in self._split(name)])

    def _split(self, name: int) -> list[tuple[int, int]]:
        """Tasks of the class that get a new name: it depends on nothing but what two equal graphs have in common."""
        parts = self._members[name]
        if len(parts) == 1:
            return []
        kept = max(parts, key=lambda around: (len(parts[around]), around))
        told = {around: _hash((name, around, self._round)) for around in parts if around != kept}
        return [(task, new) for around, new in told.items() for task in parts[around]]

    def _renamed(self, tasks: Iterable[tuple[int, int]]) -> set[int]:
        """The names of the classes that may fall apart by it."""
        added: defaultdict[int, int] = defaultdict(int)
        for task, new in tasks:
            old = self.names[task]
            self._take(task)
            self.names[task] = new
            self._put(task)
            for way, neighbour in self._seen[task]:
                added[neighbour] += _hash((way, new)) - _hash((way, old))
        for task, more in added.items():
            self._take(task)
            self._add(task, more)
            self._put(task)
        return {self.names[task] for task in added}

    def _add(self, task: int, more: int) -> None:
        self._around[task] = (self._around[task] + more) % _MODULUS

    def _put(self, task: int) -> None:
        self._members[self.names[task]].setdefault(self._around[task], {})[task] = None

    def _take(self, task: int) -> None:
        parts = self._members[self.names[task]]
        part = parts[self._around[task]]
        del part[task]
        if not part:
            del parts[self._around[task]]
        if not parts:
            del self._members[self.names[task]]


def _sizes(graph: Graph) -> dict[int, int]:
    """By task, how many hang together with it: two rings of three would look like one of six."""
    beside: dict[int, list[int]] = {task: [] for task in graph.tasks}
    for _, task, neighbour in coloured_edges(graph, {task: task for task in graph.tasks}):
        if neighbour != START:
            beside[task].append(neighbour)
    sizes: dict[int, int] = {}
    for first in graph.tasks:
        if first not in sizes:
            group = {first: None}
            waiting = [first]
            while waiting:
                new = [task for task in dict.fromkeys(beside[waiting.pop()]) if task not in group]
                group |= dict.fromkeys(new)
                waiting += new
            sizes |= dict.fromkeys(group, len(group))
    return sizes


def _hash(value: Any) -> int:
    return int.from_bytes(hashlib.sha256(repr(value).encode()).digest())
