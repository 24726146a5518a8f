"""Server-sent events out of bytes, as the standard reads them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_client import PressroomError
from pressroom_client.sse import MOST_BYTES, Decoder, ServerSentEvent

LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=8)
NAMES = st.text("abc_é", min_size=1, max_size=5)
IDS = st.text("0123456789-", min_size=1, max_size=8)
EVENTS = st.lists(st.tuples(NAMES, st.lists(LINES, min_size=1, max_size=3), IDS), max_size=5)


def heard(*chunks: bytes) -> list[ServerSentEvent]:
    decoder = Decoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


@given(EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans(), st.data())
def test_what_is_written_is_read_however_the_bytes_are_cut(
    events: list[tuple[str, list[str], str]], end: str, space: bool, mark: bool, data: st.DataObject
) -> None:
    gap = " "
    lines = ["\ufeff: beat" if mark else ": beat"]
    for name, parts, id_ in events:
        lines += [f"event:{gap if space else ''}{name}", f"id:{gap}{id_}"]
        lines += [f"data:{gap}{part}" for part in parts] + [": beat", ""]
    body = (end.join(lines) + end).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)))))
    chunks = [body[start:stop] for start, stop in pairwise([0, *cuts, len(body)])]
    assert heard(*chunks) == [ServerSentEvent(name, "\n".join(parts), id_) for name, parts, id_ in events]


@given(st.binary(max_size=200), st.integers(0, 200))
def test_what_is_no_event_stream_hurts_nobody_and_means_the_same_in_two_pieces(body: bytes, cut: int) -> None:
    assert heard(body) == heard(body[:cut], body[cut:])


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data\n\n", [""]),
        (b"data:  a\n\n", [" a"]),
        (b"event: x\n\ndata: a\n\n", ["a"]),
        (b"data: a\n\n\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\rdata: b\n\r\n", ["a", "b"]),
        (b"data: a", []),
        (b"data: a\n", []),
        (b"unheard: of\ndata: a\n:data: b\n\n", ["a"]),
        (b"data: \xff\n\n", ["\ufffd"]),
    ],
)
def test_fields_are_read_as_the_standard_has_it(body: bytes, data: list[str]) -> None:
    assert [event.data for event in heard(body)] == data


def test_an_event_ends_with_its_empty_line_and_not_with_what_comes_next() -> None:
    decoder = Decoder()
    assert [event.data for event in decoder.feed(b"data: a\r\n\r")] == ["a"]
    assert decoder.feed(b"\n") == []


def test_the_name_is_that_of_its_own_event() -> None:
    assert [event.event for event in heard(b"event: x\ndata: a\n\ndata: b\n\n")] == ["x", "message"]


def test_an_id_holds_until_the_next_and_one_with_a_nul_is_none() -> None:
    body = b"id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid: 3\ndata: d\n\n"
    assert [event.id for event in heard(body)] == ["1", "1", "1", "3"]


@pytest.mark.parametrize(
    ("value", "milliseconds"), [(b"1500", 1500), (b"-1", None), (b"1.5", None), ("٣".encode(), None), (b"", None)]
)
def test_the_wait_before_the_next_connection_is_a_number_of_milliseconds(
    value: bytes, milliseconds: int | None
) -> None:
    decoder = Decoder()
    decoder.feed(b"retry: " + value + b"\n\n")
    assert decoder.retry_ms == milliseconds


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 2**20, b"data: " + b"x" * 2**20 + b"\n"])
def test_an_event_without_end_does_not_fill_the_memory(piece: bytes) -> None:
    with pytest.raises(PressroomError, match="longer than"):
        heard(*[piece] * (MOST_BYTES // 2**20 + 1))


def test_many_events_are_no_long_one() -> None:
    piece = b"data: " + b"x" * 2**20 + b"\n\n"
    count = MOST_BYTES // 2**20 + 1
    assert len(heard(*[piece] * count)) == count
