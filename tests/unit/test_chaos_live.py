"""The strict client of the live storm finds whatever does not fit exactly, and nothing else."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from chaos.live.follower import Follow
from chaos.live.judgement import LiveEvidence, violations
from chaos.live.sse import Event, Malformed, Reader
from chaos.live.transcript import Claim, Transcript
from chaos.live.trials import Trial
from unit.one_job import AGAIN, BOUGHT, CALL, ID, RESULT, TOLD, rows

TEXT = "Crème brûlée 🍮, twice."
STATUS = Event("0-0-1-0", "status", {"job_id": str(ID), "status": "processing"})
LOST_CALL = msgspec.structs.replace(BOUGHT, outcome="unknown", possible_double_charge=True, usage={})
BOTH_HEARD = [
    msgspec.structs.replace(TOLD, outcome="client_closed"),
    msgspec.structs.replace(TOLD, client_request_id=str(AGAIN.id)),
]


def delta(offset: int, text: str, claim: str = "1-1", ends_at: int | None = None) -> Event:
    end = offset + len(text) if ends_at is None else ends_at
    return Event(f"{claim}-1-{end}", "delta", {"offset": offset, "text": text})


def keyframe(text: str, claim: str = "1-1") -> Event:
    return Event(f"{claim}-1-{len(text)}", "keyframe", {"offset": 0, "text": text})


def result(content: str, claim: str = "1-1") -> Event:
    return Event(f"{claim}-2-{len(content)}", "result", {"id": str(ID), "content": content})


def heard(*connections: list[Event]) -> Transcript:
    """Each but the first resumed, and all but the last cut off."""
    transcript = Transcript()
    for number, events in enumerate(connections):
        if number:
            transcript.parted(cleanly=False)
        transcript.connected(resuming=number > 0)
        for event in events:
            transcript.hear(event)
    transcript.parted(cleanly=True)
    return transcript


def again(claim: str, offset: int) -> Event:
    """The first event of a connection that goes on with a text."""
    return STATUS._replace(id=f"{claim}-1-{offset}")


def test_a_text_in_pieces_over_two_connections_is_put_together_in_code_points() -> None:
    transcript = heard([STATUS, delta(0, TEXT[:8])], [again("1-1", 8), delta(8, TEXT[8:]), result(TEXT)])
    assert (transcript.text, transcript.faults) == (TEXT, [])
    assert transcript.end is not None
    assert transcript.claims == [Claim(1, 1)]


def test_a_keyframe_begins_the_text_of_a_new_claim() -> None:
    first = [STATUS, delta(0, "Quite another"), keyframe("", "1-2")]
    transcript = heard([*first, delta(0, TEXT, "1-2"), result(TEXT, "1-2")])
    assert (transcript.text, transcript.faults) == (TEXT, [])
    assert transcript.claims == [Claim(1, 1), Claim(1, 2)]


def test_a_client_that_tells_no_last_id_begins_from_nothing() -> None:
    transcript = Transcript()
    for _ in range(2):
        transcript.connected(resuming=False)
        for event in (STATUS, delta(0, TEXT)):
            transcript.hear(event)
    assert (transcript.text, transcript.faults) == (TEXT, [])


@pytest.mark.parametrize(
    ("connections", "words"),
    [
        pytest.param([[delta(0, TEXT), result(TEXT)]], "delta came first, not the status", id="no status"),
        pytest.param([[STATUS, delta(1, TEXT)]], "a delta began at 1, but the text has 0", id="gap"),
        pytest.param(
            [[STATUS, delta(0, TEXT)], [again("1-1", 23), delta(8, TEXT[8:])]], "a delta began at 8", id="told twice"
        ),
        pytest.param(
            [[STATUS, delta(0, "Quite")], [again("1-1", 5), delta(5, TEXT[5:], "1-2")]],
            "a delta of Claim(attempt=1, number=2) was told to a client that has text of Claim(attempt=1, number=1)",
            id="claims mixed",
        ),
        pytest.param(
            [[STATUS, keyframe(TEXT, "1-2"), keyframe("Quite", "1-1")]], "came after Claim(attempt=1", id="claim back"
        ),
        pytest.param([[STATUS, delta(0, TEXT, ends_at=27)]], "says 27, but the text has 22", id="bytes for points"),
        pytest.param([[STATUS, delta(0, TEXT), again("1-1", 0)]], "the id of status says 0", id="id of nothing"),
        pytest.param([[STATUS, delta(0, TEXT[:8]), result(TEXT)]], "the result's text is not that", id="piece missing"),
        pytest.param([[STATUS, delta(0, TEXT)]], "the stream ended without a last word", id="no last word"),
        pytest.param(
            [[STATUS, delta(0, TEXT), result(TEXT), result(TEXT)]], "result came after result", id="two last words"
        ),
        pytest.param([[STATUS, Event("", "news", {})]], "news is no event of a job's", id="unknown event"),
    ],
)
def test_whatever_does_not_fit_is_found(connections: list[list[Event]], words: str) -> None:
    faults = heard(*connections).faults
    assert any(words in fault for fault in faults), faults


def test_events_are_read_however_their_bytes_are_cut() -> None:
    sent = b"retry: 1000\n\nid: 1-1-1-5\nevent: delta\ndata: " + msgspec.json.encode({"text": "🍮"}) + b"\n\n: beat\n\n"
    for at in range(len(sent)):
        reader = Reader()
        assert [*reader.feed(sent[:at]), *reader.feed(sent[at:])] == [Event("1-1-1-5", "delta", {"text": "🍮"})]
        assert not reader.in_the_middle


@pytest.mark.parametrize(
    "block", [b"event: delta", b"data: {}", b"event: delta\ndata: 7", b"event: a\ndata: {}\ndata: {}", b":beat", b""]
)
def test_what_is_no_event_of_ours_is_refused(block: bytes) -> None:
    with pytest.raises(Malformed):
        Reader().feed(block + b"\n\n")


def followed(transcript: Transcript) -> Follow:
    return Follow(7, by_post=False, transcript=transcript, job_id=ID)


def known(follow: Follow, **fields: Any) -> LiveEvidence:
    shown: dict[UUID, dict[str, Any]] = {ID: {"status": "completed", "content": RESULT["content"], "error": None}}
    return msgspec.structs.replace(LiveEvidence(follows=[follow], shown=shown, rows=rows(), heard=[TOLD]), **fields)


def test_a_text_that_is_not_the_stored_one_is_found() -> None:
    content = str(RESULT["content"])
    well = heard([STATUS, keyframe(content), result(content)])
    assert violations(known(followed(well))) == []
    other = heard([STATUS, keyframe(TEXT), result(TEXT)])
    assert any("is not the content of the generation" in words for words in violations(known(followed(other))))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("cancelled", {}, "it was told that the job is cancelled, but it is completed"),
        ("error", {"code": "provider_failed"}, "it was told the error provider_failed, but the job is completed"),
    ],
)
def test_an_end_that_is_not_the_jobs_is_found(name: str, data: dict[str, Any], words: str) -> None:
    told = heard([STATUS, Event("0-0-2-0", name, data)])
    assert any(words in found for found in violations(known(followed(told))))


def test_a_call_that_was_made_again_is_allowed_only_where_it_was_in_flight_at_a_kill() -> None:
    content = str(RESULT["content"])
    follow = followed(heard([STATUS, keyframe(content), result(content)]))
    again = {"rows": rows(calls=(LOST_CALL, AGAIN)), "heard": BOTH_HEARD}
    lost = Trial("a kill", 1, 0.0, in_flight=frozenset({CALL}))
    assert violations(known(follow, **again, trials=[lost])) == []
    found = violations(known(follow, **again))
    assert any("1 calls were made again, but only 0 were in flight" in words for words in found)
