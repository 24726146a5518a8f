"""Events as models, and the text that they make."""

import json
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_client import (
    Cancelled,
    Delta,
    Failed,
    HandedOver,
    Keyframe,
    PressroomError,
    Progress,
    Result,
    Status,
    Transcript,
)
from pressroom_client.events import event_of, plain
from pressroom_client.sse import ServerSentEvent
from unit.client.gateways import ACCEPTED, ID

GENERATION = {"id": ID, "status": "completed", "content": "Tea.", "priority": "high", "created_at": "2030-01-01T00:00Z"}
PROGRESS = {"step": "calling_model", "percent": None, "message_code": "calling_model", "message": "Calling the model"}
EVENTS: list[tuple[str, type, dict[str, Any]]] = [
    ("status", Status, {"job_id": ID, "status": "dreaming"}),
    ("progress", Progress, PROGRESS | {"tokens": 7, "elapsed_ms": 12, "eta_ms": None, "completed": 0, "total": 1}),
    ("delta", Delta, {"offset": 3, "text": "a"}),
    ("keyframe", Keyframe, {"offset": 0, "text": "a"}),
    ("result", Result, GENERATION),
    ("error", Failed, {"job_id": ID, "status": 502, "code": "provider_failed", "detail": "Again."}),
    ("cancelled", Cancelled, {"job_id": ID, "status": "cancelled"}),
    ("handed_over", HandedOver, ACCEPTED | {"handed_over": True, "detail": "Too long."}),
]


def read(name: str, data: Any, id_: str = "") -> Any:
    return event_of(ServerSentEvent(name, json.dumps(data), id_))


@pytest.mark.parametrize(("name", "model", "data"), EVENTS)
def test_every_event_is_a_frozen_model_that_keeps_what_is_newer(name: str, model: type, data: dict[str, Any]) -> None:
    event = read(name, data | {"newer": 1})
    assert type(event) is model
    assert event.model_dump()["newer"] == 1
    with pytest.raises(pydantic.ValidationError):
        event.newer = 2


@pytest.mark.parametrize(("name", "model", "data"), EVENTS)
def test_an_event_is_json_again_with_its_name(name: str, model: type, data: dict[str, Any]) -> None:
    told = json.loads(json.dumps(plain(read(name, data))))
    assert told["event"] == name
    assert {key for key in data if key not in told} == set()


def test_where_to_go_on_is_told_with_the_event() -> None:
    assert read("delta", {"offset": 0, "text": "a"}, "1-2-3-4").event_id == "1-2-3-4"
    assert read("delta", {"offset": 0, "text": "a"}).event_id is None


def test_events_of_later_versions_are_passed_over() -> None:
    assert read("weather", {"sun": True}) is None


@pytest.mark.parametrize("data", ["{", "[]", "{}", '{"offset": "x", "text": "a"}'])
def test_what_is_no_event_of_the_gateways_is_told_as_such(data: str) -> None:
    with pytest.raises(PressroomError) as caught:
        event_of(ServerSentEvent("delta", data))
    assert caught.value.code == "unreadable"


def test_a_result_is_the_generation() -> None:
    found = read("result", GENERATION | {"model": "m"}).generation
    assert (str(found.id), found.content, found.model) == (ID, "Tea.", "m")
    with pytest.raises(PressroomError, match="no generation"):
        _ = read("result", {"id": ID, "status": "completed", "pages": 3}).generation


def test_a_failure_is_the_error_that_a_call_without_events_raises() -> None:
    failed = read("error", {"status": 429, "code": "provider_rate_limited", "detail": "Wait.", "retry_after": 7})
    assert (failed.error.status, failed.error.code, failed.error.retry_after) == (429, "provider_rate_limited", 7)


@given(st.text(), st.lists(st.integers(0, 20)))
def test_a_text_in_pieces_is_the_text(text: str, sizes: list[int]) -> None:
    transcript, offset = Transcript(), 0
    for size in [*sizes, len(text)]:
        piece = text[offset : offset + size]
        transcript = transcript.apply(Delta(offset=offset, text=piece))
        offset += len(piece)
    assert transcript == Transcript(text)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Delta(offset=3, text="d"), "abcd"),
        (Delta(offset=1, text="x"), "ax"),
        (Keyframe(text="new"), "new"),
        (Keyframe(text=""), ""),
        (Result(id=ID, status="completed", content="all"), "all"),  # type: ignore[arg-type]
        (Result(id=ID, status="completed"), "abc"),  # type: ignore[arg-type]
        (Progress(tokens=1), "abc"),
    ],
)
def test_every_event_leaves_a_text(event: Any, text: str) -> None:
    assert Transcript("abc").apply(event).text == text


def test_a_piece_beyond_the_text_is_not_taken_for_its_continuation() -> None:
    with pytest.raises(ValueError, match="goes on at 4, and is known up to 3"):
        Transcript("abc").apply(Delta(offset=4, text="x"))
