"""Server-sent events: the same, however their bytes were cut, and whatever ends their lines."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_generator.event_stream import Event, EventReader, EventTooLong
from protocol.profile import examples
from unit.generator.streams import cut

LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


class Written(NamedTuple):
    """An event as a server may write it."""

    name: str
    lines: list[str]
    spaced: bool
    end: bytes
    aside: bytes

    def as_bytes(self) -> bytes:
        """With one kind of line ends: of two, a \\r and a \\n may meet and be one."""
        named = [f"event: {self.name}".encode()] if self.name else []
        return self.end.join([self.aside, *named, *map(self._data, self.lines), b"", b""])

    def _data(self, line: str) -> bytes:
        space = " " if self.spaced or line.startswith(" ") else ""
        return f"data:{space}{line}".encode()

    def event(self) -> Event:
        return Event(self.name.encode(), "\n".join(self.lines).encode())


WRITTEN = st.builds(
    Written,
    name=st.sampled_from(["", "error", "ping", "ereignis-ü"]),
    lines=st.lists(LINES, max_size=3),
    spaced=st.booleans(),
    end=st.sampled_from([b"\n", b"\r", b"\r\n"]),
    aside=st.sampled_from([b": beat", b":", b"id: 7", b"retry: 9", b"database: x", b"unheard of"]),
)


def read(*chunks: bytes, longest: int = 1000) -> list[Event]:
    reader = EventReader(longest)
    return [event for chunk in chunks for event in reader.feed(chunk)]


@examples(300)
@given(st.lists(WRITTEN, max_size=4), st.lists(st.integers(0, 1000), max_size=12))
def test_however_a_stream_is_cut_its_events_are_the_same(written: list[Written], places: list[int]) -> None:
    stream = b"".join(each.as_bytes() for each in written)
    expected = [each.event() for each in written if each.event().data]
    assert read(*cut(stream, places)) == expected


@examples(100)
@given(st.lists(WRITTEN, min_size=1, max_size=3))
def test_a_stream_may_come_byte_by_byte(written: list[Written]) -> None:
    stream = b"".join(each.as_bytes() for each in written)
    assert read(*(bytes([byte]) for byte in stream)) == read(stream)


def test_an_event_is_told_as_soon_as_its_end_has_come() -> None:
    reader = EventReader()
    assert reader.feed(b"data: a\r\n\r") == [Event(b"", b"a")]
    assert reader.feed(b"\n") == []
    assert reader.feed(b"data: b\n\n") == [Event(b"", b"b")]


@pytest.mark.parametrize(
    ("stream", "datas"),
    [
        (b"", []),
        (b"\n\n\r\n\r\r", []),
        (b"data: a", []),
        (b"data: a\n", []),
        (b"data: a\n\n", [b"a"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data: a: b\n\n", [b"a: b"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data\n\ndata:\n\ndata: \n\n", []),
        (b"data: a\n: a comment\nid: 7\nretry: 8\ndata: b\n\n", [b"a\nb"]),
        (b" data: a\n\nDATA: a\n\ndata : a\n\n", []),
        (b'{"error": "no event stream"}\n\n', []),
        (b"data: a\x0bb\x0cc\x1cd\xc2\x85e\xe2\x80\xa8f\n\n", [b"a\x0bb\x0cc\x1cd\xc2\x85e\xe2\x80\xa8f"]),
    ],
)
def test_a_stream_is_read_as_the_standard_says(stream: bytes, datas: list[bytes]) -> None:
    assert [event.data for event in read(stream)] == datas


def test_a_name_belongs_to_its_own_event_alone() -> None:
    assert read(b"event: error\n\ndata: a\n\nevent:error\ndata: b\n\ndata: c\n\n") == [
        Event(b"", b"a"),
        Event(b"error", b"b"),
        Event(b"", b"c"),
    ]


def test_what_has_no_end_is_not_kept() -> None:
    longest = 100
    for endless in ([b"x" * 60] * 2, [b"data: " + b"x" * 50 + b"\n"] * 3):
        with pytest.raises(EventTooLong):
            read(*endless, longest=longest)


def test_an_event_of_exactly_the_limit_is_read_and_so_are_many() -> None:
    event = b"data:" + b"x" * 100 + b"\n\n"
    assert len(read(*[event] * 50, longest=100)) == 50
