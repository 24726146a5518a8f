"""Server-sent events as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import re
from typing import Any

import msgspec

from .records import Position

RETRY = b"retry: 1000\n\n"
"""How many milliseconds a client lets pass before it comes again."""
BEAT = b": beat\n\n"
_ID = re.compile(r"(\d{1,9})-(\d{1,9})-\d{1,9}-(\d{1,9})")
_encode = msgspec.json.Encoder().encode


def frame(name: bytes, position: bytes, data: Any) -> bytes:
    """`data`: what becomes JSON, or the JSON itself as bytes."""
    body = data if isinstance(data, bytes) else _encode(data)
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (position, name, body)


def position_id(attempt: int, claim: int, n: int, offset: int) -> bytes:
    return b"%d-%d-%d-%d" % (attempt, claim, n, offset)


def position_of(last_event_id: str | None) -> Position | None:
    """None where it is none of ours: the client is told from the beginning."""
    found = _ID.fullmatch(last_event_id or "")
    return Position(*map(int, found.groups())) if found else None
