"""Whether items that depend on one another can all come to their turn. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MOST_EDGES = 10_000
"""Of a batch. More than so many are refused before anybody looks at what they say."""
_NAMED = 10
"""Items of a cycle that a message names: it is told at each member, and there may be a thousand."""


@dataclass(frozen=True, slots=True)
class Item:
    index: int
    """Its place in the request."""
    name: str | None
    needs: Sequence[str]
    fields: Mapping[str, str] = field(default_factory=dict)
    """Where it names those that it needs, by their names; `depends_on` unless told."""

    def field_of(self, need: str | None) -> str:
        return self.fields.get(need or "", "depends_on")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    index: int
    field: str
    message: str


def faults(items: Sequence[Item]) -> list[Fault]:
    """Names that are there twice or not at all, items that wait for themselves, and cycles by their names."""
    found = [*_doubles(items), *_unknown(items)]
    wrong = {fault.index for fault in found}
    found += _cycles([item for item in items if item.index not in wrong])
    return sorted(found)


def followers(items: Sequence[Item], wrong: set[int]) -> list[Fault]:
    """Items that depend on a wrong one, or on one that does; not those that are wrong themselves."""
    dependents = _dependents(items)
    known = set(wrong)
    found: list[Fault] = []
    causes = [item for item in _by_name(items).values() if item.index in wrong]
    while causes:
        cause = causes.pop()
        for item in dependents.get(cause.name or "", ()):
            if item.index not in known:
                known.add(item.index)
                told = f"depends on {cause.name}, which is wrong itself"
                found.append(Fault(item.index, item.field_of(cause.name), told))
                causes.append(item)
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
                yield Fault(item.index, item.field_of(need), f"{need} depends on itself")
            elif need not in names:
                yield Fault(item.index, item.field_of(need), f"there is no item with the name {need}")


def _cycles(items: Sequence[Item]) -> Iterator[Fault]:
    """Items that never get free, and of them those that are on a cycle; each cycle is told at its members."""
    by_name = _by_name(items)
    stuck = _stuck(items, by_name)
    seen: set[int] = set()
    for start in stuck.values():
        way: dict[int, Item] = {}
        item = start
        while item.index not in seen:
            seen.add(item.index)
            way[item.index] = item
            item = _next_stuck(item, by_name, stuck)
        if item.index in way:  # else the way led to a cycle that is told already
            cycle = list(way.values())[list(way).index(item.index) :]
            message = f"the items wait for one another: {_told(cycle)}"
            nexts = [*cycle[1:], cycle[0]]
            for each, following in zip(cycle, nexts, strict=True):
                yield Fault(each.index, each.field_of(following.name), message)


def _told(cycle: Sequence[Item]) -> str:
    names = [str(each.name) for each in cycle[:_NAMED]]
    more = len(cycle) - len(names)
    return " → ".join([*names, f"… and {more} more" if more else names[0]])


def _stuck(items: Sequence[Item], by_name: Mapping[str, Item]) -> dict[int, Item]:
    """What is left when everything that waits for nothing is taken away, again and again."""
    left = {item.index: item for item in items}
    waits = {item.index: sum(need in by_name for need in item.needs) for item in items}
    dependents = _dependents(items)
    free = [item for item in items if not waits[item.index]]
    while free:
        done = free.pop()
        del left[done.index]
        for item in dependents.get(done.name or "", ()):
            waits[item.index] -= 1
            if not waits[item.index]:
                free.append(item)
    return left


def _next_stuck(item: Item, by_name: Mapping[str, Item], stuck: Mapping[int, Item]) -> Item:
    """Whoever is stuck waits for somebody who is: sooner or later one comes again."""
    return next(by_name[need] for need in item.needs if need in by_name and by_name[need].index in stuck)


def _by_name(items: Iterable[Item]) -> dict[str, Item]:
    """The first of each name."""
    found: dict[str, Item] = {}
    for item in items:
        if item.name is not None:
            found.setdefault(item.name, item)
    return found


def _dependents(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        for need in item.needs:
            found.setdefault(need, []).append(item)
    return found
