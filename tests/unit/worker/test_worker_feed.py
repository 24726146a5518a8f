"""A run as it tells of itself, to several who know more or less of it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.contracts import LiveRun
from pressroom_common.worker.feed import BEGINNING, Feed
from pressroom_common.worker.records import Fence
from protocol.profile import examples
from unit.worker.workshop import JOB

FENCE = Fence(job_id=JOB, attempt=2, claim=3)


def nobody(_feed: Feed) -> None:
    """Hears it."""


def test_it_names_its_claim_and_its_stage() -> None:
    feed = Feed(FENCE, nobody)
    news, _ = feed.since(BEGINNING)
    assert news == LiveRun(job_id=JOB, attempt=2, claim=3, stage="preparing")
    feed.enter("saving")
    assert feed.since(BEGINNING)[0].stage == "saving"


def test_a_count_is_of_its_stage() -> None:
    feed = Feed(FENCE, nobody)
    feed.enter("exporting")
    feed.count(3, 40, percent=7)
    news, _ = feed.since(BEGINNING)
    assert (news.done, news.total, news.percent) == (3, 40, 7)
    feed.enter("reconciling")
    news, _ = feed.since(BEGINNING)
    assert (news.done, news.total, news.percent) == (0, 0, 7)


def test_every_change_is_announced() -> None:
    announced: list[Feed] = []
    feed = Feed(FENCE, announced.append)
    feed.enter("calling_model")
    feed.text("Tea")
    assert announced == [feed, feed]


@given(told=st.lists(st.tuples(st.text("ab😀"), st.booleans(), st.booleans()), max_size=20))
@examples(200)
def test_everybody_is_told_what_is_new_to_him_at_its_place(told: Sequence[tuple[str, bool, bool]]) -> None:
    """Two who ask at different times, and who need not know of one another."""
    feed, marks, heard = Feed(FENCE, nobody), [BEGINNING, BEGINNING], ["", ""]
    whole = ""
    for piece, *asks in told:
        feed.text(piece)
        whole += piece
        for who, does in enumerate(asks):
            if does:
                news, marks[who] = feed.since(marks[who])
                assert news.offset == len(heard[who])
                heard[who] += news.text
                assert heard[who] == whole
    assert feed.length == len(whole)


@pytest.mark.parametrize("pieces", [[], ["Tea ", "is"]])
def test_the_beginning_is_never_used_up(pieces: list[str]) -> None:
    feed = Feed(FENCE, nobody)
    for piece in pieces:
        feed.text(piece)
    for _ in range(2):
        assert feed.since(BEGINNING)[0].text == "".join(pieces)
