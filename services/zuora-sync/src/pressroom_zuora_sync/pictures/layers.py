"""Tasks in layers: each below those that lead to it, near the middle of them."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pressroom_zuora_sync.exports.graph import Graph


def ranks_of(graph: Graph) -> dict[int, int]:
    """The longest way to each task, as steps; what no start reaches stands below all that is reached."""
    ranks = _longest(graph, _in_order(graph, graph.starts))
    below = max(ranks.values(), default=-1) + 1
    lost = [task for task in graph.tasks if task not in ranks]
    after = _longest(graph, _in_order(graph, lost, leave=ranks))
    return ranks | {task: rank + below for task, rank in after.items()}


def _in_order(graph: Graph, roots: Sequence[int], leave: Mapping[int, int] | None = None) -> list[int]:
    """Each task before those that it leads to, but for what leads back. Without recursion."""
    seen = set(leave or ())
    done: list[int] = []
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        work = [(root, iter(graph.following[root]))]
        while work:
            after = next((other for other in work[-1][1] if other not in seen), None)
            if after is None:
                done.append(work.pop()[0])
            else:
                seen.add(after)
                work.append((after, iter(graph.following[after])))
    return done[::-1]


def _longest(graph: Graph, order: Sequence[int]) -> dict[int, int]:
    place = {task: at for at, task in enumerate(order)}
    ranks = dict.fromkeys(order, 0)
    for task in order:
        for after in graph.following[task]:
            if place.get(after, -1) > place[task]:
                ranks[after] = max(ranks[after], ranks[task] + 1)
    return ranks


def columns_of(graph: Graph, ranks: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """Of each task its row and its column, which may be less than nothing. A layer that is too wide takes more rows."""
    wished = _Wishes(graph)
    rows: dict[int, list[int]] = defaultdict(list)
    for task in graph.tasks:
        rows[ranks[task]].append(task)
    most, line = max(8, math.isqrt(len(graph.tasks))), 0
    for rank in sorted(rows):
        row = sorted(rows[rank], key=wished.column)  # stable: else as in the export
        for start in range(0, len(row), most):
            piece = row[start : start + most]
            for task, column in zip(piece, _side_by_side([wished.column(task) for task in piece]), strict=True):
                wished.placed[task] = column
                yield task, line, column
            line += 1


class _Wishes:
    """Where a task would stand best: in the middle of what leads to it."""

    def __init__(self, graph: Graph) -> None:
        self.placed: dict[int, int] = {}
        self._before: dict[int, list[int]] = {task: [] for task in graph.tasks}
        for task, following in graph.following.items():
            for after in following:
                self._before[after].append(task)

    def column(self, task: int) -> float:
        found = sorted(self.placed[before] for before in self._before[task] if before in self.placed)
        if not found:
            return 0.0
        return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2


def _side_by_side(wished: Sequence[float]) -> list[int]:
    """As near to the wishes, which are sorted, as they come without two in one column: neighbours that would push each
    other stand around the middle of their wishes."""
    groups: list[tuple[float, int]] = []  # the sum of what is left of the wishes, and how many
    for at, wish in enumerate(wished):
        groups.append((wish - at, 1))
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] >= groups[-1][0] / groups[-1][1]:
            total, count = groups.pop()
            groups[-1] = (groups[-1][0] + total, groups[-1][1] + count)
    shifts = [round(total / count) for total, count in groups for _ in range(count)]
    return [shift + at for at, shift in enumerate(shifts)]
