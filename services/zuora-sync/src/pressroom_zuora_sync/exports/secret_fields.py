"""What the name of a field says, and what it is called in the redacted copy."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from .secret_names import is_secret, is_secret_header, words_of
from .secret_texts import without_secrets

_NAMING = frozenset(
    (
        *("key", "name", "header", "field", "param", "parameter", "variable", "label", "type", "id", "title"),
        *("attribute", "property", "k"),
    )
)
"""Last words of fields that say what another one holds: `fieldName`, `header_key`."""
_QUALIFYING = frozenset(("header", "field", "param", "parameter", "variable", "attribute", "property"))
_VALUES = frozenset(("default", "content", "text", "data", "v"))
_LAST_OF_VALUE = frozenset(("value", "values", "val"))
_MOST_KEY = 100
_MOST_KEYS, _MOST_SHAPE = 50, 1_000
"""Keys of a shape that is remembered, and their characters: in data, each object may have other ones."""


class Field(NamedTuple):
    """An export has few names, and each of them thousands of times."""

    cleaned: str
    secret: bool
    secret_header: bool
    """Where it stands among headers."""
    naming: bool
    value: bool
    """Of a pair of a name and a value."""
    headers: bool


class Shape(NamedTuple):
    """What an object's keys say: an export has few sets of them, and each of them thousands of times."""

    names: tuple[str, ...]
    """What they are called in the redacted copy: almost always the same, and never two alike."""
    as_before: bool
    """Whether all of them are called the same."""
    secret: frozenset[str]
    secret_header: frozenset[str]
    naming: tuple[str, ...]
    value: frozenset[str]
    headers: frozenset[str]
    """Of these: as of a `Field`."""


def field_of(key: str) -> Field:
    return _known(key) if len(key) <= _MOST_KEY else _judged(key)


def shape_of(item: Mapping[str, Any]) -> Shape:
    keys = tuple(item)
    return _known_shape(keys) if len(keys) <= _MOST_KEYS and len("".join(keys)) <= _MOST_SHAPE else _shaped(keys)


def cleaned_keys(item: Mapping[str, Any]) -> tuple[str, ...]:
    """What the keys of an object are called in its redacted copy."""
    return shape_of(item).names


def _shaped(keys: tuple[str, ...]) -> Shape:
    fields = {key: field_of(key) for key in keys}
    names = tuple(field.cleaned for field in fields.values())
    names = names if len(set(names)) == len(names) else _distinct(keys, names)
    return Shape(
        names=names,
        as_before=names == keys,
        secret=frozenset(key for key, field in fields.items() if field.secret),
        secret_header=frozenset(key for key, field in fields.items() if field.secret_header),
        naming=tuple(key for key, field in fields.items() if field.naming),
        value=frozenset(key for key, field in fields.items() if field.value),
        headers=frozenset(key for key, field in fields.items() if field.headers),
    )


def _distinct(keys: Sequence[str], cleaned: Sequence[str]) -> tuple[str, ...]:
    """A key that is called as before keeps its name."""
    taken = {key for key, name in zip(keys, cleaned, strict=True) if key == name}
    counts: dict[str, int] = {}
    found = []
    for key, wanted in zip(keys, cleaned, strict=True):
        name = wanted
        while key != name and name in taken:
            counts[wanted] = counts.get(wanted, 1) + 1
            name = f"{wanted}#{counts[wanted]}"
        taken.add(name)
        found.append(name)
    return tuple(found)


def _judged(key: str) -> Field:
    words = words_of(key)
    plain, last = key.lower(), words[-1] if words else ""
    naming = last in _NAMING
    # Among headers, `X-Key` is one of them, and `header_key` says which one.
    says_which = naming and (len(words) == 1 or words[0] in _QUALIFYING)
    return Field(
        cleaned=without_secrets(key.replace("\x00", "")),
        secret=is_secret(key),
        secret_header=is_secret(key) if says_which else is_secret_header(key),
        naming=naming,
        value=plain in _VALUES or last in _LAST_OF_VALUE,
        headers="header" in plain,
    )


_known = lru_cache(maxsize=10_000)(_judged)
_known_shape = lru_cache(maxsize=1_000)(_shaped)
