"""Where an export holds a secret in plain text: somebody typed it there."""

import re
from collections.abc import Iterator
from typing import Any

from .records import Json
from .redaction import clean_key, clean_text, without_of_element
from .secret_fields import cleaned_keys
from .secret_syntax import REDACTED
from .secret_values import is_setting

_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_NO_SECRET = re.compile(r"[\W_]*(?:(?:basic|bearer|token|digest)?[\W_]*|[xX]{3,})", re.IGNORECASE)
"""What is left of `Bearer {{ Data.Token }}` without what is filled in; or a secret that was masked already."""

_TOLD = re.compile(
    r"(?:^|[._\s-])(?:name|user|username|login|realm|account|client_id|token_id|grant_type|url|uri)$", re.IGNORECASE
)
"""Redacted, and yet no secret that has to be somewhere else."""


def plaintext_secrets(element: Json) -> Iterator[str]:
    """Of a task or the workflow. Paths with dots, in order: `parameters.basic_auth.password`."""
    yield from _walk((), element, without_of_element(element))


def _walk(path: tuple[str, ...], real: Any, shown: Any) -> Iterator[str]:
    if isinstance(real, dict):
        for key, item in zip(cleaned_keys(real), real.values(), strict=True):
            yield from _walk((*path, key), item, shown[key])
    elif isinstance(real, list):
        for place, (item, item_shown) in enumerate(zip(real, shown, strict=True)):
            yield from _walk((*path, f"[{_called(item) or place}]"), item, item_shown)
    elif _typed(path, real, shown):
        yield ".".join(path)


def _typed(path: tuple[str, ...], real: Any, shown: Any) -> bool:
    if real == shown or REDACTED not in str(shown):
        return False
    text, leaf = _FILLED_IN.sub("", str(real)), path[-1] if path else ""
    if shown != REDACTED or "raw_body" in leaf.lower():
        return REDACTED in clean_text(text)
    return not _NO_SECRET.fullmatch(text) and not _TOLD.search(leaf) and not is_setting(leaf, text)


def _called(item: Any) -> str | None:
    """What a header or a field is called: better than its place."""
    name = item.get("key") or item.get("name") if isinstance(item, dict) else None
    return clean_key(name)[:100] if isinstance(name, str) else None
