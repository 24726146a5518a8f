"""Server-sent events out of bytes, strictly: the lines that the API promises, in their order, and no others."""

import re
from typing import Any, NamedTuple

import msgspec

BEAT, RETRY = b": beat", b"retry: 1000"
_EVENT = re.compile(rb"(?:id: ([0-9-]+)\n)?event: ([a-z_]+)\ndata: (\{[^\r\n]*\})")


class Malformed(Exception):
    """What came is no event of Pressroom's."""


class Event(NamedTuple):
    id: str
    """Empty where it has none."""
    name: str
    data: dict[str, Any]


class Reader:
    """Of one connection; what it was cut off in the middle of is nobody's."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that end in it. Raises Malformed."""
        *whole, self._rest = (self._rest + chunk).split(b"\n\n")
        return [_event(block) for block in whole if block not in {BEAT, RETRY}]

    @property
    def in_the_middle(self) -> bool:
        """Of an event."""
        return bool(self._rest)


def _event(block: bytes) -> Event:
    found = _EVENT.fullmatch(block)
    if found is None:
        raise Malformed(repr(block[:300]))
    id_, name, data = found.groups()
    return Event((id_ or b"").decode(), name.decode(), msgspec.json.decode(data))
