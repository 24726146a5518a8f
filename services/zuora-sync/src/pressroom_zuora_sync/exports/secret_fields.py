"""What the name of a field says, and what it is called in the redacted copy."""

from collections.abc import Mapping
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


def field_of(key: str) -> Field:
    return _known(key) if len(key) <= _MOST_KEY else _judged(key)


def cleaned_keys(item: Mapping[str, Any]) -> list[str]:
    """What the keys of an object are called in its redacted copy: almost always the same, and never two alike."""
    cleaned = [field_of(key).cleaned for key in item]
    return cleaned if len(set(cleaned)) == len(cleaned) else _distinct(list(item), cleaned)


def _distinct(keys: list[str], cleaned: list[str]) -> list[str]:
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
    return found


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
