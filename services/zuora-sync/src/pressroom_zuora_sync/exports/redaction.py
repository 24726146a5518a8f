"""An export without its secrets: the structure stays, values become `[redacted]`.

Facts: secrets sit in blocks (`authorization`, `basic_auth`, …, and their `polling_` twins), in headers as
`{key, value}`, in URLs, in `raw_body`, and wherever somebody typed one. `\\u0000`, which jsonb refuses, goes, too.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from .records import Export, Json
from .secret_assignments import headers
from .secret_fields import cleaned_keys, field_of, shape_of
from .secret_names import is_secret, is_secret_header
from .secret_syntax import REDACTED
from .secret_texts import without_secrets, without_secrets_in_name
from .secret_values import is_setting

_MOST_JSON = 1_000_000
"""Characters of a text that is tried as JSON; a longer one is searched as text alone."""
_MOST_WRAPPED = 8
"""JSON in a text in JSON: how deep. What is deeper is searched as text."""
_SHORT = 60
"""Characters of a text that is remembered: an export has few short ones, and each of them often."""
_ELEMENTS = ("workflow", "tasks")

Judge = Callable[[str], bool]


def redacted(export: Export) -> Json:
    """The whole document, in its order."""
    document: Json = without({key: None if key in _ELEMENTS else item for key, item in export.document.items()})
    document["workflow"] = without_of_element(export.workflow)
    document["tasks"] = [without_of_element(task) for task in export.document["tasks"]]
    return document


def without(value: Any) -> Any:
    """Any part of an export, without its secrets."""
    return _clean(value, is_secret, 0)


def without_of_element(element: Json) -> Json:
    """A task or the workflow, whose `name` says nothing of the fields beside it: `Refresh token` is no pair's name."""
    cleaned = _clean_object(element, is_secret, 0, paired=False)
    if isinstance(element.get("name"), str):
        cleaned["name"] = clean_name(element["name"])
    return cleaned


def clean_key(key: str) -> str:
    """What a key is called, where it stands alone."""
    return field_of(key).cleaned


def clean_name(name: str) -> str:
    """Of a task or a workflow: what people call it, which may sound like a secret and be none."""
    return without_secrets_in_name(name.replace("\x00", ""))


def clean_text(text: str, wrapped: int = 0, judge: Judge = is_secret) -> str:
    """A text without its secrets. One that is JSON itself is looked at as JSON."""
    text = text.replace("\x00", "")
    if wrapped < _MOST_WRAPPED and len(text) <= _MOST_JSON and text.lstrip()[:1] in ("{", "["):
        return _clean_json(text, wrapped + 1, judge)
    return without_secrets(headers(text) if judge is is_secret_header else text)


_known_text = lru_cache(maxsize=5_000)(clean_text)


def _clean_json(text: str, wrapped: int, judge: Judge) -> str:
    """The text as it was, where nothing had to be taken out."""
    try:
        value = msgspec.json.decode(text)
        cleaned = _clean(value, judge, wrapped)
    except (ValueError, RecursionError):
        return without_secrets(text)
    anew = msgspec.json.encode(cleaned).decode()
    return text if cleaned == value and _says_no_more(text, anew) else anew


def _says_no_more(text: str, anew: str) -> bool:
    """A key that is there twice is read once: what the other one holds was not looked at."""
    return "\\u" not in text and text.count('"') == anew.count('"')


def _clean(value: Any, judge: Judge, wrapped: int) -> Any:
    if isinstance(value, str):
        return (_known_text if len(value) <= _SHORT else clean_text)(value, wrapped, judge)
    if isinstance(value, dict):
        return _clean_object(value, judge, wrapped)
    if isinstance(value, list):
        return _clean_list(value, judge, wrapped)
    return value


def _clean_object(item: Json, judge: Judge, wrapped: int, *, paired: bool = True) -> Json:
    """`paired`: one field may say what another one holds."""
    shape = shape_of(item)
    secret = shape.secret_header if judge is is_secret_header else shape.secret
    if paired and shape.value and any(_names_secret(item[key], judge) for key in shape.naming):
        secret |= shape.value
    cleaned = item.copy()
    for key, value in item.items():
        if key in secret:
            cleaned[key] = _blank(value, key)
        elif value:
            cleaned[key] = _clean(value, is_secret_header if key in shape.headers else judge, wrapped)
    return cleaned if shape.as_before else dict(zip(shape.names, cleaned.values(), strict=True))


def _names_secret(value: Any, judge: Judge) -> bool:
    if isinstance(value, dict):  # {"parameter": {"name": "password"}, "value": …}
        value = value.get("name") or value.get("key")
    return isinstance(value, str) and judge(value)


def _clean_list(items: list[Any], judge: Judge, wrapped: int) -> list[Any]:
    """A name and its value may also be a pair."""
    if len(items) == 2 and isinstance(items[0], str) and judge(items[0]):
        return [clean_text(items[0]), _blank(items[1], items[0])]
    return [_clean(item, judge, wrapped) for item in items]


def _blank(value: Any, name: str) -> Any:
    """All values within become `[redacted]`; settings stay, and what says only whether there is one: null, true, ""."""
    if isinstance(value, dict):
        names = cleaned_keys(value)
        return {cleaned: _blank(item, key) for cleaned, (key, item) in zip(names, value.items(), strict=True)}
    if isinstance(value, list):
        return [_blank(item, name) for item in value]
    if value is None or isinstance(value, bool) or value == "":
        return value
    if is_setting(name, value):
        return clean_text(value) if isinstance(value, str) else value
    return REDACTED
