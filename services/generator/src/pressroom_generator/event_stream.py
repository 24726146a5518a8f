"""Server-sent events out of bytes, however they were cut on their way: pure, by the rules of the HTML standard (9.2.6).

Of an event only its name and its data matter here: comments, ids and times to wait are passed over.
"""

from msgspec import Struct

LONGEST = 1024 * 1024
"""Bytes of an event. A whole content fits in, several times, escaped."""


class Event(Struct, frozen=True, gc=False):
    """`name` is empty unless the sender gave one."""

    name: bytes
    data: bytes


class EventTooLong(Exception):
    """It is no event stream, or nobody's that writes texts."""


class EventReader:
    """Of one stream. `longest`: bytes of a line, and of an event's data."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = bytearray()
        """Of a line whose end has not come."""
        self._returned = False
        """The last line ended with a carriage return: a line feed that comes next belongs to it."""
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that end with it. Raises EventTooLong."""
        return [event for line in self._lines(chunk) if (event := self._take(line)) is not None]

    def _lines(self, chunk: bytes) -> list[bytes]:
        """The lines that end within it. Bytes end lines at \\n, \\r and \\r\\n only, as the standard does."""
        if not chunk:
            return []
        if self._returned and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._returned = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        rest = b"" if chunk.endswith((b"\n", b"\r")) or not lines else lines.pop()
        if lines and self._rest:
            lines[0] = bytes(self._rest) + lines[0]
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > self._longest:
            raise EventTooLong
        return lines

    def _take(self, line: bytes) -> Event | None:
        if not line:
            return self._ended()
        field, _, value = line.partition(b":")
        if field == b"data":
            self._size += len(value)
            if self._size > self._longest:
                raise EventTooLong
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.removeprefix(b" ")
        return None

    def _ended(self) -> Event | None:
        name, data = self._name, b"\n".join(self._data)
        self._name, self._data, self._size = b"", [], 0
        return Event(name, data) if data else None
