"""What one client is told, in which order, and where it goes on."""

from datetime import timedelta
from typing import Any

import pytest

from pressroom_common.contracts import JobError, JobStatus, LiveRun
from pressroom_common.telemetry import Metrics
from pressroom_gateway.live.channel import Channel
from pressroom_gateway.live.frames import position_of
from pressroom_gateway.live.listener import Listener
from pressroom_gateway.live.measures import LiveMetrics
from pressroom_gateway.live.records import Position, Standing
from unit.live.reading import ENDS, Reader, parsed
from unit.live.watched import JOB, NOW, Clock, channel, completed, listener, standing, words

FAILED = JobError(code="provider_failed", detail="It broke.", error_class="transient")


def read(telling: Listener, reader: Reader | None = None) -> Reader:
    """All there is now."""
    reader = reader or Reader()
    for frame in telling.news(NOW):
        reader.take(frame)
    return reader


def resumed(heard: Channel, reader: Reader) -> list[str]:
    """The names of what the client is told that comes back to it."""
    before = len(reader.events)
    read(listener(heard, position_of(reader.last_id)), reader)
    return reader.names[before:]


def test_nothing_is_told_before_the_ledger_was_asked() -> None:
    assert listener(channel(words("Tea"))).news(NOW) == []


def test_first_the_status_then_the_progress_then_the_text() -> None:
    reader = read(listener(channel(standing(), words("Tea"))))
    assert reader.names == ["status", "progress", "keyframe"]
    assert reader.told("status") == [{"job_id": str(JOB), "status": "processing"}]


def test_a_client_that_is_there_from_the_beginning_gets_deltas_alone() -> None:
    heard = channel(standing("pending", 1))
    telling = listener(heard)
    reader = read(telling)
    for each in (standing(), words(), words("Tea "), words("is ", 4), words("warm", 7)):
        heard.hear(each) if isinstance(each, LiveRun) else heard.learn(each)
        read(telling, reader)
    assert reader.names == ["status", "progress", "status", "progress", "progress", "delta", "delta", "delta"]
    assert reader.text == "Tea is warm"


def test_a_slow_reader_gets_one_joined_piece() -> None:
    heard = channel(standing(), words())
    telling = listener(heard)
    reader = read(telling)
    for number, letter in enumerate("0123456789"):
        heard.hear(words(letter, number))
    read(telling, reader)
    assert reader.told("delta") == [{"offset": 0, "text": "0123456789"}]
    assert read(telling).events == []


def test_who_joins_in_the_middle_gets_all_of_the_text_so_far() -> None:
    heard = channel(standing(), words("Tea "), words("is ", 4))
    telling = listener(heard)
    reader = read(telling)
    assert reader.told("keyframe") == [{"offset": 0, "text": "Tea is "}]
    heard.hear(words("warm", 7))
    read(telling, reader)
    assert reader.told("delta") == [{"offset": 7, "text": "warm"}]


def test_another_claim_begins_the_text_anew() -> None:
    heard = channel(standing(), words("Tea "))
    telling = listener(heard)
    reader = read(telling)
    heard.hear(words(claim=2))
    read(telling, reader)
    assert reader.text == ""
    heard.hear(words("Coffee", claim=2))
    read(telling, reader)
    assert (reader.names[2:], reader.text) == (["keyframe", "keyframe", "delta"], "Coffee")


@pytest.mark.parametrize(
    ("status", "fields", "end"),
    [("failed", {"error": FAILED}, "error"), ("cancelled", {}, "cancelled")],
)
def test_a_job_without_a_result_ends_with_one_last_word(status: JobStatus, fields: dict[str, Any], end: str) -> None:
    heard = channel(standing(), words("Tea "))
    telling = listener(heard)
    reader = read(telling)
    heard.learn(standing(status, 3, completed_at=NOW, **fields))
    read(telling, reader)
    assert reader.names == ["status", "progress", "keyframe", "status", "progress", end]
    assert telling.ended
    assert read(telling).events == []


def test_the_result_comes_last_and_once() -> None:
    heard = channel(standing(), words("Tea "))
    telling = listener(heard)
    reader = read(telling)
    heard.learn(completed("Tea is warm"))
    read(telling, reader)
    assert reader.names[3:] == ["status", "progress", "delta", "result"]
    heard.learn(completed("Tea is warm", version=4))
    assert read(telling).events == []


@pytest.mark.parametrize("told", [completed("Tea"), standing("cancelled", 3)], ids=["completed", "cancelled"])
def test_after_the_end_all_is_told_at_once(told: Standing) -> None:
    reader = read(listener(channel(told)))
    assert reader.end is not None
    assert sum(name in ENDS for name in reader.names) == 1
    assert reader.text == ("Tea" if told.job.status == "completed" else "")


def test_every_change_of_the_status_is_told_once() -> None:
    heard = channel(standing("pending", 1))
    telling = listener(heard)
    reader = read(telling)
    for version, status in enumerate(("processing", "processing", "cancelling", "cancelled"), 2):
        heard.learn(standing(status, version))  # type: ignore[arg-type]
        read(telling, reader)
    assert reader.statuses == ["pending", "processing", "cancelling", "cancelled"]


def test_another_attempt_in_the_same_status_is_told() -> None:
    heard = channel(standing("processing", 2, attempt=1))
    telling = listener(heard)
    reader = read(telling)
    heard.learn(standing("processing", 5, attempt=2))
    read(telling, reader)
    assert reader.statuses == ["processing", "processing"]


def test_a_client_that_was_handed_over_is_told_nothing_more() -> None:
    heard = channel(standing())
    telling = listener(heard)
    reader = read(telling)
    reader.take(telling.handed_over(b'{"handed_over": true}'))
    heard.learn(completed("Tea"))
    read(telling, reader)
    assert (reader.names, telling.ended) == (["status", "progress", "handed_over"], True)


def test_progress_is_told_once_a_second_while_a_worker_has_the_job() -> None:
    heard, clock = channel(standing(), words()), Clock()
    telling = listener(heard, clock=clock)
    told = 0
    for tenths in range(31):
        clock.seconds = 100 + tenths / 10
        told += read(telling).names.count("progress")
    assert told == 4


def test_another_step_is_told_at_once() -> None:
    heard = channel(standing(), words())
    telling = listener(heard, clock=Clock())
    reader = read(telling)
    heard.hear(words(stage="saving"))
    read(telling, reader)
    assert [data["message_code"] for data in reader.told("progress")] == ["calling_model", "saving"]


def test_of_a_job_that_waits_progress_is_told_once() -> None:
    clock = Clock()
    telling = listener(channel(standing("pending", 1)), clock=clock)
    reader = read(telling)
    clock.seconds += 60
    read(telling, reader)
    assert reader.names == ["status", "progress"]


@pytest.mark.parametrize("length", range(1, 11))
def test_who_comes_back_gets_what_is_missing(length: int) -> None:
    text = "Tea is warm"
    heard = channel(standing(), words(text[:length]))
    reader = read(listener(heard))
    heard.hear(words(text[length:], length))
    assert resumed(heard, reader) == ["status", "progress", "delta"]
    assert reader.text == text


def test_who_comes_back_with_all_of_the_text_gets_none_of_it() -> None:
    heard = channel(standing(), words("Tea"))
    reader = read(listener(heard))
    assert resumed(heard, reader) == ["status", "progress"]


def test_who_comes_back_without_any_text_gets_all_of_it() -> None:
    heard = channel(standing(), words())
    reader = read(listener(heard))
    heard.hear(words("Tea"))
    assert resumed(heard, reader) == ["status", "progress", "keyframe"]
    assert reader.text == "Tea"


def test_who_comes_back_to_a_gateway_that_heard_nothing_yet_goes_on_when_it_does() -> None:
    reader = read(listener(channel(standing(), words("Tea "))))
    heard = channel(standing())
    telling = listener(heard, position_of(reader.last_id))
    read(telling, reader)
    heard.hear(words("Tea is warm"))
    read(telling, reader)
    assert (reader.names[3:], reader.text) == (["status", "progress", "progress", "delta"], "Tea is warm")


def test_who_comes_back_before_the_beginning_was_heard_again_keeps_the_text() -> None:
    """The worker still tells this gateway what comes next, and the beginning only when it was asked."""
    reader = read(listener(channel(standing(), words("Tea "))))
    heard = channel(standing())
    telling = listener(heard, position_of(reader.last_id))
    for told in (words("is ", 4), words("Tea is "), words("warm", 7)):
        heard.hear(told)
        read(telling, reader)
        assert reader.text.startswith("Tea ")
    assert reader.names[3:] == ["status", "progress", "progress", "delta", "delta"]


@pytest.mark.parametrize("cut_after", [1, 2], ids=["the status", "the progress"])
@pytest.mark.parametrize("now", [words("Coffee", claim=2), words("is warm", 4)], ids=["another claim", "more text"])
def test_a_connection_that_breaks_before_the_text_loses_and_mixes_nothing(cut_after: int, now: LiveRun) -> None:
    heard = channel(standing(), words("Tea "))
    reader = read(listener(heard))
    heard.hear(now)
    heard.learn(standing("cancelling", 3))
    for frame in listener(heard, position_of(reader.last_id)).news(NOW)[:cut_after]:
        reader.take(frame)
    resumed(heard, reader)
    assert reader.text == heard.since(0)


def test_who_has_the_text_of_another_claim_gets_all_of_the_new_one() -> None:
    reader = read(listener(channel(standing(), words("Tea is warm"))))
    heard = channel(standing(), words("Coffee is black", claim=2))
    assert resumed(heard, reader) == ["status", "progress", "keyframe"]
    assert reader.text == "Coffee is black"


def test_who_has_more_than_this_gateway_gets_all_there_is() -> None:
    reader = read(listener(channel(standing(), words("Tea is warm"))))
    heard = channel(standing(), words("Tea "))
    assert resumed(heard, reader) == ["status", "progress", "keyframe"]
    assert reader.text == "Tea "


def test_who_comes_back_after_the_end_gets_the_rest_and_the_result() -> None:
    reader = read(listener(channel(standing(), words("Tea "))))
    assert resumed(channel(completed("Tea is warm")), reader) == ["status", "progress", "delta", "result"]


def test_the_id_says_what_the_client_has() -> None:
    heard = channel(standing("processing", 2, n=5), words("Tea ", claim=3, attempt=2))
    frames = [parsed(frame).id for frame in listener(heard).news(NOW)]
    assert frames == ["0-0-5-0", "0-0-5-0", "2-3-5-4"]


def test_pieces_and_whole_texts_are_counted() -> None:
    metrics = Metrics()
    measures, heard = LiveMetrics(metrics), channel(standing(), words("Tea "))
    telling = listener(heard, metrics=measures)
    telling.news(NOW)
    heard.hear(words("is", 4))
    telling.news(NOW + timedelta(seconds=1))
    counts = [metrics.registry.get_sample_value(f"pressroom_live_{name}_total") for name in ("keyframes", "deltas")]
    assert counts == [1, 1]


def test_it_knows_whether_its_client_has_any_text() -> None:
    heard = channel(standing(), words())
    telling = listener(heard)
    telling.news(NOW)
    assert not telling.has_text
    heard.hear(words("T"))
    telling.news(NOW)
    assert telling.has_text


def test_a_position_of_nothing_is_as_good_as_none() -> None:
    reader = read(listener(channel(standing(), words("Tea")), Position(1, 1, 0)))
    assert (reader.names, reader.text) == (["status", "progress", "delta"], "Tea")


def test_a_job_that_was_deleted_ends_the_stream_with_an_error() -> None:
    watched = Channel(JOB)
    watched.learn(standing())
    telling = listener(watched)
    telling.news(NOW)
    watched.lose()
    [frame] = telling.news(NOW)
    assert b"event: error" in frame
    assert b"not_found" in frame
    assert telling.ended
    assert telling.news(NOW) == []
