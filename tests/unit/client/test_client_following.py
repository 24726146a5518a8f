"""However often connections break, every text is passed on once, in order, without gaps."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from pressroom_client import Delta, Event, Keyframe, Transcript
from pressroom_client.following import Following
from unit.client.gateways import ID, event

POSITION = "1-1-1-{}"


class Server:
    """Tells a text as the gateway does, from where the client is, and cuts wherever it is told."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.attempt = 1

    def stream(self, last_event_id: str | None, sizes: list[int], names_positions: bool) -> bytes:
        body = event("status", job_id=ID, status="processing")
        offset = self._held(last_event_id)
        if offset is None:
            offset = sizes[0] if sizes else 0
            body += self._told("keyframe", 0, self.text[:offset], names_positions)
        for size in sizes[1:]:
            piece = self.text[offset : offset + size]
            if piece:
                body += self._told("delta", offset, piece, names_positions)
            offset += len(piece)
        return body

    def _held(self, last_event_id: str | None) -> int | None:
        attempt, _, offset = (last_event_id or "").partition("/")
        return min(int(offset), len(self.text)) if attempt == str(self.attempt) else None

    def _told(self, name: str, offset: int, text: str, names_positions: bool) -> bytes:
        position = f"{self.attempt}/{offset + len(text)}" if names_positions else ""
        return event(name, position, offset=offset, text=text)


CONNECTIONS = st.lists(
    st.tuples(st.lists(st.integers(0, 9), max_size=6), st.integers(0, 700), st.booleans(), st.booleans()), max_size=8
)


LAST = [([40, 40], 10**6, True, True)] * 2
"""Connections that hold; the first one may have a gap."""


@given(st.text(max_size=40), st.text(max_size=40), CONNECTIONS, st.integers(0, 8))
def test_the_text_is_that_of_the_last_attempt_and_nothing_is_told_twice(
    first: str, second: str, connections: list[tuple[list[int], int, bool, bool]], changes_at: int
) -> None:
    """Each connection is cut after so many bytes, and comes a byte at a time or as a whole."""
    server, following, transcript = Server(first), Following(ID), Transcript()
    for number, (sizes, length, names_positions, whole) in enumerate([*connections, *LAST]):
        if number == changes_at:
            server.text, server.attempt = second, 2
        call = following.call()
        following.connected(None)
        body = server.stream(call.headers.get("Last-Event-ID"), sizes, names_positions)[:length]
        for told in received(following, body, 1 if not whole else 10**6):
            check_new(told, transcript)
            transcript = transcript.apply(told)
    assert transcript.text == server.text


def received(following: Following, body: bytes, size: int) -> Iterator[Event]:
    for at in range(0, len(body), size):
        yield from following.feed(body[at : at + size])
        if following.parted:
            return


def check_new(told: Event, transcript: Transcript) -> None:
    if isinstance(told, Delta):
        assert told.offset == len(transcript.text)
        assert told.text
    if isinstance(told, Keyframe) and transcript.text:
        assert not told.text.startswith(transcript.text)


def feed(following: Following, *pieces: bytes) -> list[object]:
    following.call()
    following.connected(None)
    return list(following.feed(b"".join(pieces)))


def delta(offset: int, text: str, id_: str = "") -> bytes:
    return event("delta", id_, offset=offset, text=text)


def keyframe(text: str) -> bytes:
    return event("keyframe", offset=0, text=text)


def texts(events: list[object]) -> list[tuple[str, int, str]]:
    return [(type(e).__name__, e.offset, e.text) for e in events if isinstance(e, Delta | Keyframe)]


def test_what_was_told_before_is_cut_off() -> None:
    following = Following(ID)
    feed(following, delta(0, "a😀b", "1-1-1-3"))
    assert texts(feed(following, delta(1, "😀bc"), delta(2, "b"))) == [("Delta", 3, "c")]


def test_a_gap_is_not_passed_on_and_the_whole_text_is_asked_for() -> None:
    following = Following(ID)
    feed(following, delta(0, "ab", "1-1-1-2"))
    assert following.call().headers["Last-Event-ID"] == "1-1-1-2"
    assert texts(feed(following, delta(3, "d"), delta(2, "c"))) == []
    assert following.parted
    assert "Last-Event-ID" not in following.call().headers


def test_another_text_at_the_same_place_is_a_gap_as_well() -> None:
    following = Following(ID)
    feed(following, delta(0, "ab", "1-1-1-2"))
    assert texts(feed(following, delta(1, "xy"))) == []
    assert "Last-Event-ID" not in following.call().headers


def test_a_keyframe_that_goes_on_is_a_delta_and_one_that_says_nothing_new_is_nothing() -> None:
    following = Following(ID)
    feed(following, delta(0, "ab"))
    assert texts(feed(following, keyframe("ab"))) == []
    assert texts(feed(following, keyframe("abc"))) == [("Delta", 2, "c")]
    assert texts(feed(following, keyframe("ax"))) == [("Keyframe", 0, "ax")]
    assert texts(feed(following, keyframe(""), delta(0, "ax"))) == [("Keyframe", 0, ""), ("Delta", 0, "ax")]


def test_a_text_from_the_beginning_is_all_of_it_to_one_who_asked_for_all() -> None:
    following = Following(ID)
    feed(following, delta(0, "abc"))
    assert texts(feed(following, delta(0, "x"), delta(1, "y"))) == [("Keyframe", 0, "x"), ("Delta", 1, "y")]


def test_one_who_has_the_beginning_is_told_the_rest() -> None:
    following = Following(ID, last_event_id="1-1-1-5")
    assert following.call().headers["Last-Event-ID"] == "1-1-1-5"
    assert texts(feed(following, delta(5, "f", "1-1-1-6"))) == [("Delta", 5, "f")]
    assert texts(feed(following, delta(5, "fg"), delta(4, "efg"))) == [("Delta", 6, "g")]
    assert following.parted


def test_a_status_is_told_when_it_changes() -> None:
    following = Following(ID)
    told = [event("status", job_id=ID, status=status) for status in ("pending", "pending", "processing")]
    assert len(feed(following, *told)) == 2
    assert len(feed(following, told[2])) == 0


def test_time_that_passes_is_no_news() -> None:
    following = Following(ID)
    feed(following, event("progress", message="m", tokens=1, elapsed_ms=1, eta_ms=9))
    assert following.lively
    assert len(feed(following, event("progress", message="m", tokens=1, elapsed_ms=2, eta_ms=8))) == 1
    assert not following.lively
    feed(following, event("progress", message="m", tokens=2, elapsed_ms=3, eta_ms=7))
    assert following.lively
