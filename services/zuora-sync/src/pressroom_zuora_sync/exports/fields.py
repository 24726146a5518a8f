"""Fields that differ between two objects, told without their secrets.

Both sides are walked as they are, which decides, and redacted, which is shown.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from pressroom_common.zuora_reads import FieldChange

from .meaning import counts, encoded
from .naming import named
from .records import Json
from .redaction import clean_key, without_of_element
from .secret_fields import cleaned_keys
from .secret_syntax import REDACTED

MOST_SHOWN = 2_000
"""Characters of a value that is shown."""
MOST_FIELDS = 200
"""Changed fields of one task that are told."""

_MISSING = object()

Part = tuple[Any, Any]
"""A value as it is, and redacted."""
_NOTHING: Part = (_MISSING, _MISSING)


def field_changes(left: Json, right: Json) -> tuple[FieldChange, ...]:
    """In the order of the left side; at most MOST_FIELDS."""
    if _same(left, right):
        return ()
    walked = _walk((), (left, without_of_element(left)), (right, without_of_element(right)))
    return tuple(islice(walked, MOST_FIELDS))


def _walk(path: tuple[str, ...], left: Part, right: Part) -> Iterator[FieldChange]:
    if _same(left[0], right[0]):
        return
    if isinstance(left[0], dict) and isinstance(right[0], dict):
        names = [name for name in {**left[0], **right[0]} if counts((*path, name))]
        parts = _of_object(left), _of_object(right)
    elif isinstance(left[0], list) and isinstance(right[0], list):
        parts = _of_lists(left, right)
        names = list({**parts[0], **parts[1]})
    else:
        yield FieldChange(path=".".join(path), **_both(left[1], right[1]))
        return
    for name in names:
        yield from _walk((*path, clean_key(name)), parts[0].get(name, _NOTHING), parts[1].get(name, _NOTHING))


def _same(left: Any, right: Any) -> bool:
    """As the meaning of both is compared: 1 is neither 1.0 nor true."""
    return type(left) is type(right) and bool(left == right) and encoded(left) == encoded(right)


def _of_object(side: Part) -> dict[str, Part]:
    real, shown = side
    names = zip(cleaned_keys(real), real.items(), strict=True)
    return {name: (item, shown[cleaned]) for cleaned, (name, item) in names}


def _of_lists(left: Part, right: Part) -> tuple[dict[str, Part], dict[str, Part]]:
    """Headers and fields by what they are called, so that one more at the top is no change of all; others by place."""
    names = named(left[0], right[0])
    if names is None:
        return _zipped(_places(left[0]), left), _zipped(_places(right[0]), right)
    return _zipped([f"[{name}]" for name in names[0]], left), _zipped([f"[{name}]" for name in names[1]], right)


def _places(items: list[Any]) -> list[str]:
    return [f"[{place}]" for place in range(len(items))]


def _zipped(names: list[str], side: Part) -> dict[str, Part]:
    real, shown = side
    return dict(zip(names, zip(real, shown, strict=True), strict=True))


def _both(left: Any, right: Any) -> dict[str, Any]:
    """Where only what is redacted differs, nothing of either side is shown."""
    if left is not _MISSING and right is not _MISSING and left == right:
        return {"before": REDACTED, "after": REDACTED}
    return {"before": brief(left), "after": brief(right)}


def brief(value: Any) -> Any:
    """A value as it is shown: None where there is none, and cut where it is long."""
    if value is _MISSING:
        return None
    if isinstance(value, str):
        return value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}…"
    if isinstance(value, dict | list):
        encoded = msgspec.json.encode(value)
        return value if len(encoded) <= MOST_SHOWN else f"{encoded[:MOST_SHOWN].decode(errors='ignore')}…"
    return value
