"""What a channel makes of the words of ledger and worker."""

import pytest
from msgspec.structs import replace

from pressroom_common.contracts import Part
from pressroom_gateway.live.channel import Channel
from pressroom_gateway.live.records import Position
from unit.live.watched import JOB, channel, completed, standing, words


def test_pieces_are_put_together() -> None:
    heard = channel(words("Tea "), words("is 🍵", 4))
    assert (heard.since(0), heard.length, heard.claim) == ("Tea is 🍵", 8, (1, 1))


@pytest.mark.parametrize("offset", range(10))
def test_the_text_is_told_from_anywhere(offset: int) -> None:
    heard = channel(words("Te"), words("a ", 2), words("is 🍵", 4))
    assert heard.since(offset) == "Tea is 🍵"[offset:]


def test_what_is_told_twice_is_cut() -> None:
    heard = channel(words("Tea "), words("Tea is", 0), words("a i", 2), words("Tea "))
    assert heard.since(0) == "Tea is"


def test_a_gap_is_told_and_changes_no_text() -> None:
    heard = channel(words("Tea "))
    assert not heard.hear(words("warm", 7))
    assert heard.since(0) == "Tea "
    assert heard.hear(words("Tea is warm"))
    assert heard.since(0) == "Tea is warm"


def test_a_claim_whose_beginning_is_missing_does_not_take_the_old_text_away() -> None:
    heard = channel(words("Tea "))
    assert not heard.hear(words("warm", 7, claim=2))
    assert (heard.since(0), heard.claim, heard.texts) == ("Tea ", (1, 1), 1)
    assert heard.hear(words("Coffee is warm", claim=2))
    assert (heard.since(0), heard.claim, heard.texts) == ("Coffee is warm", (1, 2), 2)


def test_an_older_claim_is_not_heard_any_more() -> None:
    heard = channel(words("Coffee", attempt=2, claim=2))
    assert heard.hear(words("Tea", attempt=1, claim=1, stage="saving"))
    assert heard.hear(words("gap", 100, attempt=1, claim=1))
    assert (heard.since(0), heard.stage) == ("Coffee", "calling_model")


def test_a_worker_that_was_heard_of_is_noted() -> None:
    heard = channel(standing())
    assert not heard.heard
    heard.hear(words())
    assert (heard.heard, heard.stage) == (True, "calling_model")


@pytest.mark.parametrize("version", [2, 1])
def test_older_news_of_the_ledger_change_nothing(version: int) -> None:
    heard = channel(standing("processing", 2), standing("pending", version))
    assert heard.standing is not None
    assert heard.standing.job.status == "processing"


def test_of_one_version_the_later_run_counts() -> None:
    heard = channel(standing("failed", 3, n=4), standing("failed", 3, n=5, model="late"))
    assert heard.standing is not None
    assert heard.standing.job.model == "late"


def test_the_stored_content_completes_what_was_heard() -> None:
    heard = channel(words("Tea "), completed("Tea is warm"))
    assert (heard.since(0), heard.texts, heard.over) == ("Tea is warm", 1, True)


@pytest.mark.parametrize(
    ("content", "claim"), [("Coffee", 1), ("Tea is warm", 2)], ids=["another text", "another claim"]
)
def test_the_stored_content_replaces_what_is_not_its_beginning(content: str, claim: int) -> None:
    heard = channel(words("Tea "), completed(content, claim=claim))
    assert (heard.since(0), heard.texts, heard.claim) == (content, 2, (1, claim))


def test_after_the_end_no_worker_is_heard() -> None:
    heard = channel(completed("Tea"))
    assert heard.hear(words("Coffee", claim=9))
    assert heard.hear(words("gap", 100))
    assert heard.since(0) == "Tea"


def test_a_result_that_is_no_text_is_not_told_as_one() -> None:
    heard = channel(completed("Tea", kind="site.promote"))
    assert (heard.over, heard.length) == (True, 0)


@pytest.mark.parametrize(
    ("position", "held"),
    [
        (Position(1, 2, 0), True),
        (Position(1, 2, 3), True),
        (Position(1, 2, 4), False),
        (Position(1, 1, 2), False),
        (Position(2, 2, 2), False),
    ],
    ids=["nothing yet", "all", "more than there is", "another claim", "another attempt"],
)
def test_who_comes_back_goes_on_where_the_text_is_still_the_same(position: Position, *, held: bool) -> None:
    assert channel(words("Tea", claim=2)).holds(position) == held


def test_every_bell_rings_at_every_change_until_nobody_listens() -> None:
    heard = Channel(JOB)
    with heard.bell() as first, heard.bell() as second:
        heard.hear(words("Tea"))
        assert first.is_set()
        assert second.is_set()
        first.clear()
        heard.learn(standing())
        assert first.is_set()
        assert heard.watched
    assert not heard.watched


def test_what_changes_nothing_rings_no_bell() -> None:
    heard = channel(standing("processing", 2), words("Tea", claim=2))
    with heard.bell() as bell:
        heard.learn(standing("processing", 2))
        heard.hear(words("old", claim=1))
        assert not bell.is_set()


def test_a_job_that_is_done_once_more_has_come_no_way_yet() -> None:
    part = Part(name="section.1", title="One", state="completed", text="Hot.")
    run = replace(words(), percent=99, parts=(part,))
    ended = channel(run, standing("cancelled", 2))
    assert (ended.percent, list(ended.parts)) == (99, ["section.1"])
    ended.learn(standing("pending", 3))
    assert (ended.stage, ended.percent, ended.parts) == (None, None, {})


def test_a_job_whose_worker_died_is_as_far_as_it_was() -> None:
    heard = channel(replace(words(), percent=40), standing("pending", 2))
    assert heard.percent == 40
