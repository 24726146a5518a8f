"""However words are lost, doubled and shuffled: what a client puts together is never of two claims, and in the end it
is the content. Connections break after any event, and go on from its id."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.contracts import LiveRun
from pressroom_gateway.live.channel import Channel
from pressroom_gateway.live.frames import position_of
from pressroom_gateway.live.listener import Listener
from pressroom_gateway.live.records import Standing
from protocol.profile import examples
from unit.live.reading import Reader
from unit.live.watched import JOB, NOW, channel, completed, listener, standing, words

CLAIMS = ((1, 1), (1, 2), (2, 3), (3, 4))
"""Attempt and claim, in the order in which they come to be."""
ALPHABETS = ("ab", "äß", "漢字", "😀🏳")
"""A claim's text has characters of its own, so that no text can pass for part of another."""


@dataclass
class Client:
    """Reads one stream after another."""

    heard: Channel
    reader: Reader = field(default_factory=Reader)

    def __post_init__(self) -> None:
        self.listener = self._listener()

    def read(self, frames: int | None = None) -> None:
        """All there is; or so many events, and then the connection breaks."""
        news = self.listener.news(NOW)
        for frame in news[:frames]:
            self.reader.take(frame)
        if frames is not None and self.reader.end is None:
            self.listener = self._listener()

    def _listener(self) -> Listener:
        return listener(self.heard, position_of(self.reader.last_id))


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[str], list[LiveRun | Standing]]:
    """The texts of some claims, and what is heard of them in any order; how they end is not told yet."""
    count = draw(st.integers(1, len(CLAIMS)))
    texts = [draw(st.text(st.sampled_from(ALPHABETS[number]), max_size=12)) for number in range(count)]
    told: list[LiveRun | Standing] = []
    for number in draw(st.lists(st.integers(0, count - 1), max_size=25)):
        if draw(st.integers(0, 5)) == 0:
            told.append(_standing(number, draw(st.sampled_from(("processing", "retrying")))))
        else:
            told.append(_words(draw, number, texts[number]))
    return texts, told


def _words(draw: st.DrawFn, number: int, text: str) -> LiveRun:
    """Any piece of a claim's text. Pieces from the beginning are what is told anew."""
    start, end = sorted(draw(st.integers(0, len(text))) for _ in range(2))
    attempt, claim = CLAIMS[number]
    return words(text[start:end], start, claim, attempt)


def _standing(number: int, status: str) -> Standing:
    attempt, claim = CLAIMS[number]
    return standing(status, 2 + number, attempt=attempt, claim=claim)  # type: ignore[arg-type]


READS = st.one_of(st.none(), st.just("all"), st.integers(0, 4))
"""What a client does after each word: nothing, read, or read so many events and lose its connection."""


def act(client: Client, read: str | int | None) -> None:
    if read is not None:
        client.read(None if read == "all" else int(read))


@given(story=stories(), reads=st.lists(st.tuples(READS, READS), min_size=25, max_size=25), data=st.data())
@examples(400)
def test_what_clients_put_together_is_the_content_in_the_end(
    story: tuple[list[str], list[LiveRun | Standing]], reads: list[tuple[str | int | None, ...]], data: st.DataObject
) -> None:
    texts, told = story
    heard = channel(standing("pending", 1))
    clients = [Client(heard), Client(heard)]
    for each, read in zip(told, reads, strict=False):
        if isinstance(each, LiveRun):
            heard.hear(each)
        else:
            heard.learn(each)
        assert_is_of_one_claim(heard.since(0), texts)
        for client, what in zip(clients, read, strict=True):
            act(client, what)
            assert_is_of_one_claim(client.reader.text, texts)
    attempt, claim = CLAIMS[len(texts) - 1]
    heard.learn(completed(texts[-1], 99, attempt=attempt, claim=claim))
    act(clients[0], data.draw(st.integers(0, 4)))
    for client in clients:
        if client.reader.end is None:
            client.read()
        assert client.reader.text == texts[-1]
        assert client.reader.end is not None
        assert client.reader.end.data["content"] == texts[-1]


def assert_is_of_one_claim(text: str, texts: list[str]) -> None:
    """The beginning of one of these; of one claim, since no other has its characters."""
    assert any(each.startswith(text) for each in texts), text


@given(
    text=st.text("ab😀", max_size=30), cuts=st.lists(st.integers(0, 30), max_size=6), lost=st.sets(st.integers(0, 6))
)
@examples(200)
def test_a_channel_has_all_that_came_without_a_gap(text: str, cuts: list[int], lost: set[int]) -> None:
    """Pieces that follow one another, some of them lost: `hear` says so of all that come after the first loss."""
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    heard, whole = Channel(JOB), 0
    for number, (start, end) in enumerate(pairwise(edges)):
        if number in lost:
            continue
        complete = heard.hear(words(text[start:end], start))
        assert complete == (start <= whole)
        whole = max(whole, end) if complete else whole
        assert heard.since(0) == text[:whole]
        assert heard.length == whole
