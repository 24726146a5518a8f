"""Whether items that depend on one another can all come to their turn. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_EDGES = 10_000
"""Of a batch."""


@dataclass(frozen=True, slots=True)
class Item:
    index: int
    """Its place in the request."""
    name: str | None
    needs: Sequence[str]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    index: int
    field: str
    message: str


def faults(items: Sequence[Item]) -> list[Fault]:
    """Names that are there twice or not at all, items that wait for themselves, and cycles by their names."""
    found = [*_doubles(items), *_unknown(items)]
    wrong = {fault.index for fault in found}
    sound = [item for item in items if item.index not in wrong]
    found += _cycles(sound)
    if sum(len(item.needs) for item in items) > MOST_EDGES:
        found.append(Fault(items[-1].index, "depends_on", f"a batch may have {MOST_EDGES} dependencies at most"))
    return sorted(found)


def _doubles(items: Iterable[Item]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for item in items:
        if item.name is None:
            continue
        if item.name in seen:
            yield Fault(item.index, "name", f"item {seen[item.name]} has this name, too")
        seen.setdefault(item.name, item.index)


def _unknown(items: Sequence[Item]) -> Iterator[Fault]:
    names = {item.name for item in items}
    for item in items:
        for need, times in Counter(item.needs).items():
            if times > 1:
                yield Fault(item.index, "depends_on", f"names {need} twice")
            if need == item.name:
                yield Fault(item.index, "depends_on", f"{need} depends on itself")
            elif need not in names:
                yield Fault(item.index, "depends_on", f"there is no item with the name {need}")


def _cycles(items: Sequence[Item]) -> Iterator[Fault]:
    """Items that never get free, and of them those that are on a cycle; each cycle is told at its members."""
    by_name = {item.name: item for item in items if item.name is not None}
    stuck = _stuck(items, by_name)
    told: set[int] = set()
    for item in items:
        if item.index not in stuck or item.index in told:
            continue
        cycle = _cycle_from(item, by_name, stuck)
        names = " → ".join(str(each.name) for each in [*cycle, cycle[0]])
        for each in cycle:
            if each.index not in told:
                told.add(each.index)
                yield Fault(each.index, "depends_on", f"the items wait for one another: {names}")


def _stuck(items: Sequence[Item], by_name: Mapping[str, Item]) -> set[int]:
    """What is left when everything that waits for nothing is taken away, again and again."""
    waits = {item.index: sum(need in by_name for need in item.needs) for item in items}
    dependents: dict[str, list[Item]] = {}
    for item in items:
        for need in item.needs:
            dependents.setdefault(need, []).append(item)
    free = [item for item in items if not waits[item.index]]
    while free:
        done = free.pop()
        del waits[done.index]
        for item in dependents.get(done.name or "", ()):
            waits[item.index] -= 1
            if not waits[item.index]:
                free.append(item)
    return set(waits)


def _cycle_from(item: Item, by_name: Mapping[str, Item], stuck: set[int]) -> list[Item]:
    """Whoever is stuck waits for somebody who is: sooner or later one comes again."""
    way = [item]
    places = {item.index: 0}
    while True:
        item = next(by_name[need] for need in item.needs if need in by_name and by_name[need].index in stuck)
        if item.index in places:
            return way[places[item.index] :]
        places[item.index] = len(way)
        way.append(item)
