"""Lists whose items have names, as headers and fields do: their order means nothing."""

from typing import Any

_NAMES = ("key", "name", "field")


def named(*lists: list[Any]) -> list[list[str]] | None:
    """What the items of each list are called, by the first field that names all of them apart in every list; None
    where there is no such field."""
    for naming in _NAMES:
        names = [_names(items, naming) for items in lists]
        if all(names) and all(len(set(each)) == len(items) for each, items in zip(names, lists, strict=True)):
            return names
    return None


def _names(items: list[Any], naming: str) -> list[str]:
    """Empty where one has none."""
    names = [item.get(naming) if isinstance(item, dict) else None for item in items]
    told = [name for name in names if isinstance(name, str) and name]
    return told if len(told) == len(items) else []
