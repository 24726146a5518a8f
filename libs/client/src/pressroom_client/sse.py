"""Server-sent events out of bytes, however these are cut (WHATWG HTML, "Server-sent events", 9.2.6). No I/O."""

import re
from dataclasses import dataclass

from .errors import PressroomError

MOST_BYTES = 16 * 2**20
"""Of an event: what is longer is no event of Pressroom's, and must not fill the memory."""
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    event: str
    """Its name; `message` where it has none."""
    data: str
    id: str = ""
    """The last one told so far, by this event or by one before it."""


class Decoder:
    """Of one connection. What it ends in the middle of is dropped, as the standard has it."""

    def __init__(self) -> None:
        self.retry_ms: int | None = None
        """How long to wait before connecting again, where the server has told."""
        self._begun = False
        self._after_return = False
        self._line: list[bytes] = []
        self._bytes = 0
        self._event = ""
        self._data: list[str] = []
        self._id = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that end in it. Raises PressroomError for one that does not fit into the memory."""
        if self._after_return and chunk:
            chunk, self._after_return = chunk.removeprefix(b"\n"), False
        if chunk:
            self._after_return = chunk.endswith(b"\r")
        found: list[ServerSentEvent] = []
        first, *others = _LINE_END.split(chunk)
        self._keep(first)
        for other in others:
            event = self._end_of_line()
            if event is not None:
                found.append(event)
            self._keep(other)
        return found

    def _keep(self, part: bytes) -> None:
        self._line.append(part)
        self._bytes += len(part)
        if self._bytes > MOST_BYTES:
            raise PressroomError(0, "unreadable", f"An event is longer than {MOST_BYTES} bytes.")

    def _end_of_line(self) -> ServerSentEvent | None:
        line, self._line = b"".join(self._line), []
        if not self._begun:
            line, self._begun = line.removeprefix(_BYTE_ORDER_MARK), True
        if not line:
            return self._end_of_event()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        self._take(name, value.removeprefix(" "))
        return None

    def _take(self, field: str, value: str) -> None:
        """A comment is a field without a name: nobody's."""
        match field:
            case "event":
                self._event = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self.retry_ms = int(value)

    def _end_of_event(self) -> ServerSentEvent | None:
        event, data = self._event, self._data
        self._event, self._data, self._bytes = "", [], 0
        return ServerSentEvent(event or "message", "\n".join(data), self._id) if data else None
