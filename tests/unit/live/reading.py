"""A client that takes streams at their word: a piece of text that does not fit what it has is a fault."""

from typing import Any

import msgspec
from msgspec import Struct

ENDS = frozenset({"result", "error", "cancelled", "handed_over"})


class Event(Struct, frozen=True):
    id: str
    name: str
    data: dict[str, Any]


class Reader:
    """One job's events, over any number of streams. `text` is what a person would see."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.text = ""
        self.last_id: str | None = None

    def take(self, frame: bytes) -> Event:
        """One event as it comes over the wire, with the blank line at its end."""
        event = parsed(frame)
        assert self.end is None, f"{event.name} came after the last word, {self.end}"
        self.events.append(event)
        self.last_id = event.id
        self._read(event)
        return event

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def end(self) -> Event | None:
        """The last word, once it was spoken."""
        return self.events[-1] if self.events and self.events[-1].name in ENDS else None

    def told(self, name: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.name == name]

    @property
    def statuses(self) -> list[str]:
        return [data["status"] for data in self.told("status")]

    def _read(self, event: Event) -> None:
        if event.name == "delta":
            assert event.data["offset"] == len(self.text), "a piece of text does not fit"
            assert event.data["text"], "a piece of text is empty"
            self.text += event.data["text"]
        elif event.name == "keyframe":
            assert event.data["offset"] == 0
            self.text = event.data["text"]
        elif event.name == "result":
            assert event.data["content"] == self.text, "the text is not the result's"


def parsed(frame: bytes) -> Event:
    """Exactly `id`, `event` and one line of `data`."""
    id_, name, data, *end = frame.decode().split("\n")
    assert end == ["", ""], frame
    return Event(_value(id_, "id"), _value(name, "event"), msgspec.json.decode(_value(data, "data")))


def _value(line: str, field: str) -> str:
    name, _, value = line.partition(": ")
    assert name == field, line
    return value
