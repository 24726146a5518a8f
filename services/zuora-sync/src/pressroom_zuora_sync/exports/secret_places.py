"""Where an export holds a secret in plain text: somebody typed it there."""

import re
from collections.abc import Iterator
from typing import Any

from .redaction import clean_key, clean_text, without
from .secret_texts import REDACTED

_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_NO_SECRET = re.compile(r"[\W_]*(?:(?:basic|bearer|token|digest)?[\W_]*|[xX]{3,})", re.IGNORECASE)
"""What is left of `Bearer {{ Data.Token }}` without what is filled in; or a secret that was masked already."""

_SETTING = re.compile(
    r"(?:^|[._\s-])(?:url|uri|type|method|mode|name|user|username|login|enabled|algorithm|scope|grant_type|version|realm|"
    r"encoding|position|placement|header|prefix|format|expires_in|account|client_id|token_id)$",
    re.IGNORECASE,
)
_CHOICES = frozenset(
    [
        "true",
        "false",
        "none",
        "null",
        "0",
        "1",
        "basic",
        "basic_auth",
        "bearer",
        "digest",
        "oauth",
        "oauth1",
        "oauth2",
        "hmac",
        "cert",
        "netsuite_tba",
        "header",
        "query",
    ]
)


def plaintext_secrets(value: Any) -> Iterator[str]:
    """Paths with dots, in order: `parameters.basic_auth.password`."""
    yield from _walk((), value, without(value))


def _walk(path: tuple[str, ...], real: Any, shown: Any) -> Iterator[str]:
    if isinstance(real, dict):
        for key, item in real.items():
            yield from _walk((*path, clean_key(key)), item, shown[clean_key(key)])
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
    return text.lower() not in _CHOICES and not _NO_SECRET.fullmatch(text) and not _SETTING.search(leaf)


def _called(item: Any) -> str | None:
    """What a header or a field is called: better than its place."""
    name = item.get("key") or item.get("name") if isinstance(item, dict) else None
    return clean_key(name)[:100] if isinstance(name, str) else None
