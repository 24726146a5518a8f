"""An export without its secrets: the structure stays, values become `[redacted]`.

Facts: secrets sit in blocks (`authorization`, `basic_auth`, …, and their `polling_` twins), in headers as
`{key, value}`, in URLs, in `raw_body`, and wherever somebody typed one. `\\u0000`, which jsonb refuses, goes, too.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from .records import Export, Json
from .secret_names import is_secret, is_secret_header
from .secret_texts import REDACTED, without_secrets

_NAMING = frozenset(
    ("key", "name", "header", "header_name", "field", "field_name", "param", "parameter", "variable", "label")
)
_VALUES = frozenset(("value", "values", "val", "default", "default_value", "content", "text"))
_MOST_JSON = 1_000_000
"""Characters of a text that is tried as JSON; a longer one is searched as text alone."""
_MOST_KEY = 100
_MOST_WRAPPED = 3
"""JSON in a text in JSON: how deep. What is deeper is searched as text."""

Judge = Callable[[str], bool]


def redacted(export: Export) -> Json:
    """The whole document, in its order."""
    document: Json = without(export.document)
    return document


def without(value: Any) -> Any:
    """Any part of an export, without its secrets."""
    return _clean(value, is_secret, 0)


class _Field(NamedTuple):
    """What the name of a field says. An export has few names, and each of them thousands of times."""

    cleaned: str
    secret: bool
    secret_header: bool
    """Where it stands among headers."""
    naming: bool
    value: bool
    """Of a pair of a name and a value."""
    headers: bool


def clean_key(key: str) -> str:
    """What a key is called in the redacted copy: almost always the same."""
    return _field(key).cleaned


def _field(key: str) -> _Field:
    return _known_field(key) if len(key) <= _MOST_KEY else _judged(key)


def _judged(key: str) -> _Field:
    plain = key.lower()
    return _Field(
        cleaned=without_secrets(key.replace("\x00", "")),
        secret=is_secret(key),
        secret_header=is_secret(key) if plain in _NAMING else is_secret_header(key),
        naming=plain in _NAMING,
        value=plain in _VALUES,
        headers="header" in plain,
    )


_known_field = lru_cache(maxsize=10_000)(_judged)


def clean_text(text: str, wrapped: int = 0) -> str:
    """A text without its secrets. One that is JSON itself is looked at as JSON."""
    text = text.replace("\x00", "")
    if wrapped < _MOST_WRAPPED and len(text) <= _MOST_JSON and text.lstrip()[:1] in ("{", "["):
        return _clean_json(text, wrapped + 1)
    return without_secrets(text)


def _clean_json(text: str, wrapped: int) -> str:
    """The text as it was, where nothing had to be taken out."""
    try:
        value = msgspec.json.decode(text)
        cleaned = _clean(value, is_secret, wrapped)
    except (ValueError, RecursionError):
        return without_secrets(text)
    anew = msgspec.json.encode(cleaned).decode()
    return text if cleaned == value and _says_no_more(text, anew) else anew


def _says_no_more(text: str, anew: str) -> bool:
    """A key that is there twice is read once: what the other one holds was not looked at."""
    return "\\u" not in text and text.count('"') == anew.count('"')


def _clean(value: Any, judge: Judge, wrapped: int) -> Any:
    if isinstance(value, str):
        return clean_text(value, wrapped)
    if isinstance(value, dict):
        return _clean_object(value, judge, wrapped)
    if isinstance(value, list):
        return _clean_list(value, judge, wrapped)
    return value


def _clean_object(item: Json, judge: Judge, wrapped: int) -> Json:
    among_headers = judge is is_secret_header
    fields = [_field(key) for key in item]
    names = [value for field, value in zip(fields, item.values(), strict=True) if field.naming]
    named_secret = any(isinstance(name, str) and judge(name) for name in names)
    cleaned: Json = {}
    for field, value in zip(fields, item.values(), strict=True):
        if (field.secret_header if among_headers else field.secret) or (named_secret and field.value):
            cleaned[field.cleaned] = _blank(value)
        elif isinstance(value, str):
            cleaned[field.cleaned] = clean_text(value, wrapped)
        else:
            inner = is_secret_header if field.headers else judge if isinstance(value, list) else is_secret
            cleaned[field.cleaned] = _clean(value, inner, wrapped)
    return cleaned


def _clean_list(items: list[Any], judge: Judge, wrapped: int) -> list[Any]:
    """A header may also be a pair."""
    if judge is is_secret_header and len(items) == 2 and isinstance(items[0], str) and judge(items[0]):
        return [clean_text(items[0]), _blank(items[1])]
    return [_clean(item, judge, wrapped) for item in items]


def _blank(value: Any) -> Any:
    """All values within become `[redacted]`; what says only whether there is one (null, true, "") stays."""
    if isinstance(value, dict):
        return {clean_key(key): _blank(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_blank(item) for item in value]
    return value if value is None or isinstance(value, bool) or value == "" else REDACTED
