"""Fields that differ between two objects, told without their secrets.

Both sides are walked as they are, which decides, and redacted, which is shown.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from pressroom_common.zuora_reads import FieldChange

from .meaning import counting, encoded, essence
from .naming import Name, is_unordered, named
from .records import Json
from .redaction import clean_key, without_of_element
from .secret_fields import cleaned_keys
from .secret_syntax import REDACTED
from .shortening import MOST_SHOWN, shortened, shortened_path

MOST_FIELDS = 200
"""Changed fields of one task that are told."""

_MISSING = object()

Part = tuple[Any, Any]
"""A value as it is, and redacted."""
_NOTHING: Part = (_MISSING, _MISSING)
Key = str | Name
Parts = dict[Key, Part]


class Place(NamedTuple):
    """Where a value stands."""

    path: tuple[str, ...]
    """As it is shown."""
    holder: str = ""
    """The field that has it; none where it is an item of a list."""


def field_changes(
    left: Json, right: Json, ignored: frozenset[str], shown: Callable[[Json], Json] = without_of_element
) -> tuple[tuple[FieldChange, ...], bool]:
    """In the order of the left side; at most MOST_FIELDS, and whether there are more."""
    left, right = counting(left, ignored), counting(right, ignored)
    if _same(left, right):
        return (), False
    told = tuple(islice(_walk(Place(()), (left, shown(left)), (right, shown(right))), MOST_FIELDS + 1))
    return told[:MOST_FIELDS], len(told) > MOST_FIELDS


def _walk(place: Place, left: Part, right: Part) -> Iterator[FieldChange]:
    if _same(left[0], right[0]):
        return
    if isinstance(left[0], dict) and isinstance(right[0], dict):
        yield from _of_parts(place, _of_object(left), _of_object(right))
    elif isinstance(left[0], list) and isinstance(right[0], list):
        yield from _of_lists(place, left, right)
    else:
        yield _change(place.path, left, right)


def _of_parts(place: Place, left: Parts, right: Parts) -> Iterator[FieldChange]:
    for key in {**left, **right}:
        told = Place((*place.path, _called(key)), key if isinstance(key, str) else "")
        yield from _walk(told, left.get(key, _NOTHING), right.get(key, _NOTHING))


def _of_lists(place: Place, left: Part, right: Part) -> Iterator[FieldChange]:
    """Headers and fields by what they are called, so that one more at the top is no change of all; others by place."""
    names = named(place.holder, left[0], right[0])
    if names is None and _are_reordered(left[0], right[0]):
        yield _change((*place.path, "order"), left, right)
        return
    keys = names or [[("", place) for place in range(len(side[0]))] for side in (left, right)]
    parts = [_zipped(each, side) for each, side in zip(keys, (left, right), strict=True)]
    yield from _of_parts(place, *parts)
    both = parts[0].keys() & parts[1].keys()
    orders = [[key for key in each if key in both] for each in keys]
    if orders[0] != orders[1] and not is_unordered(place.holder):
        shown = [[clean_key(name) for name, _ in each] for each in orders]
        yield _change((*place.path, "order"), (orders[0], shown[0]), (orders[1], shown[1]))


def _are_reordered(left: list[Any], right: list[Any]) -> bool:
    """The same items."""
    if len(left) != len(right):
        return False
    items = [Counter(encoded(essence(item)) for item in side) for side in (left, right)]
    return items[0] == items[1] and [*map(essence, left)] != [*map(essence, right)]


def _same(left: Any, right: Any) -> bool:
    """As the meaning of both is compared: 1 is neither 1.0 nor true."""
    return type(left) is type(right) and bool(left == right) and encoded(left) == encoded(right)


def _of_object(side: Part) -> Parts:
    real, shown = side
    names = zip(cleaned_keys(real), real.items(), strict=True)
    return {name: (item, shown[cleaned]) for cleaned, (name, item) in names}


def _zipped(keys: list[Name], side: Part) -> Parts:
    real, shown = side
    return dict(zip(keys, zip(real, shown, strict=True), strict=True))


def _called(key: Key) -> str:
    if isinstance(key, str):
        return shortened(clean_key(key))
    name, nth = key
    if not name:
        return f"[{nth}]"
    return f"[{shortened(clean_key(name))}]" if nth == 1 else f"[{shortened(clean_key(name))}]#{nth}"


def _change(path: tuple[str, ...], left: Part, right: Part) -> FieldChange:
    return FieldChange(path=shortened_path(path), **_both(left[1], right[1]))


def _both(left: Any, right: Any) -> dict[str, Any]:
    """Where only what is redacted differs, nothing of either side is shown."""
    if left is None and right is _MISSING:
        return {"before": "null", "after": None}
    if left is _MISSING and right is None:
        return {"before": None, "after": "null"}
    if _MISSING not in (left, right) and _same(left, right):
        return {"before": REDACTED, "after": REDACTED}
    return {"before": brief(left), "after": brief(right)}


def brief(value: Any) -> Any:
    """A value as it is shown: None where there is none, and cut where it is long."""
    if value is _MISSING:
        return None
    if isinstance(value, str):
        return shortened(value, MOST_SHOWN)
    if isinstance(value, dict | list):
        written = msgspec.json.encode(value)
        return value if len(written) <= MOST_SHOWN else f"{written[:MOST_SHOWN].decode(errors='ignore')}…"
    return value
