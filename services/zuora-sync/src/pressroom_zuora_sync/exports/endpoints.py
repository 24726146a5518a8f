"""Which host a task calls."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_URL = re.compile(r"\s*https?://", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:.]{2,45}")
_NAMES = ("url", "uri", "endpoint", "host")


def host_of(parameters: Any) -> str | None:
    """Of the first URL, those in fields that are called so before others; small letters, without port and user.

    A host that is only known when the task runs (`{{ … }}`) is none.
    """
    others = []
    for name, text in _texts("", parameters):
        host = _host(text) if _URL.match(text) else None
        if host and any(part in name.lower() for part in _NAMES):
            return host
        if host:
            others.append(host)
    return others[0] if others else None


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key, item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item)


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return None
    return host if _HOST.fullmatch(host) else None
