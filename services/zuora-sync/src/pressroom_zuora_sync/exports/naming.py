"""Lists: of which the order means nothing, and what their items are called."""

from collections import Counter
from typing import Any

_NAMES = ("key", "name", "field")
_TWIN = "polling_"

UNORDERED = frozenset(("headers", "datas", "tags"))
"""Lists, by the field that holds them (`polling_headers` is a twin of `headers`), whose order means nothing:

- `headers` of a request: HTTP gives an order only to those of one name (RFC 9110, 5.3), which they keep here
- `datas`, the fields of a form, which whoever receives it looks up by their names; those of one name keep their order
- `tags`, which are labels

All others count in their order: of a Case's conditions the first that fits wins, `fields` are the columns of a file.
"""

Name = tuple[str, int]
"""What an item is called, and the how manieth of that name it is, from 1."""


def is_unordered(holder: str) -> bool:
    """`holder`: the field that has the list."""
    return holder.removeprefix(_TWIN) in UNORDERED


def named(holder: str, *lists: list[Any]) -> list[list[Name]] | None:
    """What the items of each list are called, by the first field that all of them have; None where there is none."""
    for naming in _NAMES:
        names = [_names(items, naming) for items in lists]
        if None not in names:
            return [_counted(each) for each in names if each is not None]
    if holder == "tags" and all(isinstance(item, str) for items in lists for item in items):
        return [_counted(items) for items in lists]
    return None


def _names(items: list[Any], naming: str) -> list[str] | None:
    """None where one has none."""
    names = [item.get(naming) if isinstance(item, dict) else None for item in items]
    told = [name for name in names if isinstance(name, str) and name]
    return told if len(told) == len(items) else None


def _counted(names: list[str]) -> list[Name]:
    counts: Counter[str] = Counter()
    found = []
    for name in names:
        counts[name] += 1
        found.append((name, counts[name]))
    return found
