"""Events as bytes, and their ids."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.live.frames import BEAT, RETRY, frame, position_id, position_of
from pressroom_gateway.live.records import Position
from protocol.profile import examples
from unit.live.reading import parsed

JOB = UUID(int=7)


def test_an_event_is_four_lines() -> None:
    told = frame(b"status", b"1-2-3-4", {"job_id": JOB, "status": "pending"})
    assert told == b'id: 1-2-3-4\nevent: status\ndata: {"job_id":"%s","status":"pending"}\n\n' % str(JOB).encode()


def test_json_goes_through_as_it_is() -> None:
    assert frame(b"result", b"1-1-1-1", b'{"a": 1}') == b'id: 1-1-1-1\nevent: result\ndata: {"a": 1}\n\n'


def test_the_first_words_and_the_heartbeat_are_no_events() -> None:
    assert (RETRY, BEAT) == (b"retry: 1000\n\n", b": beat\n\n")


@given(st.text())
@examples(100)
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    """Every line end of the standard, and the separators that some take for one."""
    told = frame(b"delta", b"1-1-1-1", {"offset": 0, "text": text + "\r\n\r\u2028\u0085\x00data: x\n\nevent: error"})
    assert len(told.splitlines()) == 4
    assert parsed(told).data["text"].startswith(text)


@given(*(st.integers(0, 999_999_999) for _ in range(4)))
@examples(100)
def test_an_id_is_read_as_it_was_written(attempt: int, claim: int, n: int, offset: int) -> None:
    told = position_id(attempt, claim, n, offset).decode()
    assert position_of(told) == Position(attempt, claim, offset)


@pytest.mark.parametrize(
    "other",
    [
        None,
        "",
        "1",
        "1-2-3",
        "1-2-3-4-5",
        "a-b-c-d",
        "1-2-3--4",
        " 1-2-3-4",
        "1-2-3-4\n",
        "1-2-3-9999999999",
        "1" * 9999,
    ],
)
def test_what_is_no_id_of_ours_is_none(other: str | None) -> None:
    assert position_of(other) is None
