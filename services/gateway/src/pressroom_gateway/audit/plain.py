"""What may be kept of what a client sent: the rule that keeps secrets, and whatever has no end, out of the audit.

Of a body only the names of its fields are kept, and only names that the route's model knows: a client's own could be
anything. Values are kept where they are part of the address (path and declared query), or where a handler hands them to
`audited`. Whatever looks like a key, even in a place where none belongs, loses all but its beginning.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from uuid import UUID

from .records import Plain

Detail = str | int | float | bool | Enum | UUID | datetime | Iterable[str] | None
"""What a handler may tell."""

LONGEST = 300
"""Characters of a value."""
_SECRET = re.compile(r"(pr_[a-z0-9]{8}_|sk-|bearer\s+)[\w.~+/=-]+", re.IGNORECASE)
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def plain_text(text: str) -> str:
    """Cut, without keys, and without what PostgreSQL cannot hold or what would break a line of the log."""
    return _UNSTORABLE.sub("\ufffd", _SECRET.sub(r"\1…", text))[:LONGEST]


def plain_texts(given: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """The values of known names."""
    return {name: plain_text(given[name]) for name in known if name in given}


def plain_detail(value: Detail) -> Plain:
    """Never raises: what the call asked for has happened by then."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return plain_text(value)
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case Enum():
            return plain_text(str(value.value))
        case Iterable():
            return sorted(plain_text(str(part)) for part in value)
        case _:
            return plain_text(str(value))
