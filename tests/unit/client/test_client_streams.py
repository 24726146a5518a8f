"""Texts as they come: over connections that break, without a second job, until the one event that ends it."""

import json
from collections.abc import Iterable

import httpx2
import pytest

from pressroom_client import (
    Cancelled,
    Delta,
    Event,
    Failed,
    HandedOver,
    Keyframe,
    Pressroom,
    PressroomError,
    Result,
    Status,
    Transcript,
)
from unit.client.gateways import ACCEPTED, ID, Answer, Gateway, answer, event, live, problem

TEXT = {"id": ID, "status": "completed", "content": "Tea.", "priority": "high", "created_at": "2030-01-01T00:00:00Z"}
RETRY = b"retry: 1000\n\n"
PENDING = event("status", "1-0-0-0", job_id=ID, status="pending")
STARTED = event("status", "1-1-1-0", job_id=ID, status="processing")
TEA = event("delta", "1-1-2-2", offset=0, text="Te")
REST = event("delta", "1-1-3-4", offset=2, text="a.")
DONE = event("result", "1-1-4-4", **TEXT)
HANDED = event("handed_over", **ACCEPTED, handed_over=True, detail="Too long.")
MADE = {"Location": f"/v1/generations/{ID}"}
LOST = httpx2.ReadError("gone")
SILENT = httpx2.ReadTimeout("nothing for 45 s")
NO_CONNECTION = httpx2.ConnectError("refused")


def heard(gateway: Gateway) -> list[tuple[str, str, str | None]]:
    return [(each.method, each.url.path, each.headers.get("Last-Event-ID")) for each in gateway.heard]


def told(events: Iterable[Event]) -> str:
    """What a reader of the text events has in the end."""
    transcript = Transcript()
    for each in events:
        transcript = transcript if isinstance(each, Result) else transcript.apply(each)
    return transcript.text


def streamed(*answers: Answer, tries: int = 5) -> tuple[Gateway, list[Event]]:
    gateway = Gateway(answers)
    with gateway.client(tries=tries) as client:
        return gateway, list(client.generations.stream("tea", wait=7))


def watched(*answers: Answer, tries: int = 5) -> tuple[Gateway, list[Event]]:
    gateway = Gateway(answers)
    with gateway.client(tries=tries) as client:
        return gateway, list(client.jobs.events(ID))


def test_a_text_as_it_comes() -> None:
    gateway, events = streamed(live(RETRY, PENDING, STARTED, TEA, b": beat\n\n", REST, DONE))
    assert [type(each) for each in events] == [Status, Status, Delta, Delta, Result]
    assert told(events) == "Tea."
    [request] = gateway.heard
    assert (request.method, request.url.path) == ("POST", "/v1/generations")
    assert json.loads(request.content) == {"prompt": "tea", "execution_mode": "sync"}
    assert request.headers["Accept"] == "text/event-stream"
    assert request.headers["Prefer"] == "wait=7"
    assert request.headers["Idempotency-Key"]


def test_silence_for_45_seconds_is_too_long() -> None:
    gateway, _ = streamed(live(STARTED, SILENT, **MADE), live(DONE))
    assert [request.extensions["timeout"]["read"] for request in gateway.heard] == [45, 45]


@pytest.mark.parametrize("trouble", [(LOST,), (SILENT,), ()])
@pytest.mark.parametrize("headers", [MADE, {}])
def test_a_text_that_breaks_off_goes_on_with_the_same_job(
    trouble: tuple[Exception, ...], headers: dict[str, str]
) -> None:
    gateway, events = streamed(live(STARTED, TEA, *trouble, **headers), live(STARTED, REST, DONE))
    assert heard(gateway) == [("POST", "/v1/generations", None), ("GET", f"/v1/jobs/{ID}/events", "1-1-2-2")]
    assert [each.text for each in events if isinstance(each, Delta)] == ["Te", "a."]
    assert len([each for each in events if isinstance(each, Status)]) == 1
    assert isinstance(events[-1], Result)


def test_the_job_is_known_by_the_answer_even_if_no_event_came() -> None:
    gateway, _ = streamed(live(LOST, **MADE), live(DONE))
    assert heard(gateway)[1] == ("GET", f"/v1/jobs/{ID}/events", None)


@pytest.mark.parametrize("first", [LOST, NO_CONNECTION, problem(503, "unavailable"), live(b"", LOST)])
def test_a_wish_without_an_answer_is_sent_again_under_the_same_key(first: Answer) -> None:
    gateway, events = streamed(first, live(STARTED, DONE))
    assert [request.method for request in gateway.heard] == ["POST", "POST"]
    assert len({request.headers["Idempotency-Key"] for request in gateway.heard}) == 1
    assert isinstance(events[-1], Result)


def test_a_wish_that_is_refused_is_an_error() -> None:
    with pytest.raises(PressroomError, match="missing_variable"):
        streamed(problem(422, "missing_variable"))


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (401, "unauthenticated"), (403, "forbidden")])
def test_a_job_that_cannot_be_seen_any_more_is_an_error_at_once(status: int, code: str) -> None:
    with pytest.raises(PressroomError) as caught:
        watched(live(STARTED, TEA), problem(status, code))
    assert (caught.value.status, caught.value.code) == (status, code)


def test_the_gateway_says_once_when_to_come_again() -> None:
    gateway, _ = watched(live(b"retry: 3000\n\n", STARTED, LOST), live(PENDING, LOST), live(DONE))
    assert [3.25 <= slept <= 3.5 for slept in gateway.clock.slept] == [True, True]


def test_waits_double_while_nothing_new_comes_and_there_is_an_end() -> None:
    gateway = Gateway([live(STARTED, TEA, LOST), live(STARTED, LOST)])
    with gateway.client(tries=4) as client, pytest.raises(PressroomError) as caught:
        list(client.jobs.events(ID))
    assert (caught.value.code, len(gateway.heard)) == ("unreachable", 4)
    assert "broke off the events of job" in caught.value.detail
    first, second, third = gateway.clock.slept
    assert first <= 0.5 <= second <= 1 <= third <= 2


def test_news_and_connections_that_held_begin_the_count_again() -> None:
    pieces = [event("delta", offset=n, text="x") for n in range(9)]
    _, events = watched(*[live(STARTED, piece, LOST) for piece in pieces], live(DONE), tries=2)
    assert told(events) == "x" * 9
    held = Gateway(lambda _: live(STARTED, lambda: held.clock.sleep(60), LOST) if held.clock.now < 3600 else live(DONE))
    with held.client(tries=2) as client:
        assert len(list(client.jobs.events(ID))) == 2


def test_a_gateway_that_is_away_is_waited_for() -> None:
    away = problem(503, "unavailable", Retry_After="2")
    gateway, events = watched(live(STARTED, TEA, LOST), NO_CONNECTION, away, live(STARTED, REST, DONE))
    assert told(events) == "Tea."
    assert [position for _, _, position in heard(gateway)] == [None, "1-1-2-2", "1-1-2-2", "1-1-2-2"]
    assert gateway.clock.slept[2] >= 2


def test_after_a_gap_the_whole_text_is_asked_for() -> None:
    keyframe = event("keyframe", "1-1-3-3", offset=0, text="Tea")
    gateway, events = watched(live(STARTED, TEA, event("delta", offset=3, text=".")), live(keyframe, DONE))
    assert [position for _, _, position in heard(gateway)] == [None, None]
    assert [each.text for each in events if isinstance(each, Delta)] == ["Te", "a"]


def test_a_worker_that_took_over_begins_again() -> None:
    again = event("keyframe", "2-1-1-0", offset=0, text="")
    milk = event("delta", "2-1-2-5", offset=0, text="Milk.")
    _, events = watched(live(STARTED, TEA, LOST), live(STARTED, again, milk, DONE))
    assert [each.text for each in events if isinstance(each, Delta | Keyframe)] == ["Te", "", "Milk."]


@pytest.mark.parametrize(
    ("last", "model"),
    [
        (event("error", status=502, code="provider_failed", detail="Again."), Failed),
        (event("cancelled", job_id=ID, status="cancelled"), Cancelled),
        (HANDED, HandedOver),
    ],
)
def test_a_job_without_a_result_ends_with_word_of_it(last: bytes, model: type) -> None:
    gateway, events = streamed(live(STARTED, TEA, last, REST))
    assert type(events[-1]) is model
    assert len(gateway.heard) == 1


def test_after_the_hand_over_it_goes_on_where_that_is_wanted() -> None:
    gateway = Gateway([live(STARTED, TEA, HANDED), live(STARTED, REST, DONE)])
    with gateway.client() as client:
        events = list(client.generations.stream("tea", follow=True))
    assert [type(each) for each in events] == [Status, Delta, HandedOver, Delta, Result]
    assert heard(gateway)[1] == ("GET", f"/v1/jobs/{ID}/events", "1-1-2-2")
    assert gateway.clock.slept == []


@pytest.mark.parametrize(
    ("given", "model"),
    [(answer(200, TEXT), Result), (answer(202, ACCEPTED | {"handed_over": True, "detail": "Full."}), HandedOver)],
)
def test_an_answer_in_one_piece_is_the_last_event(given: Answer, model: type) -> None:
    _, events = streamed(given)
    assert [type(each) for each in events] == [model]


def test_a_hand_over_in_one_piece_is_followed_as_well() -> None:
    gateway = Gateway([answer(202, ACCEPTED | {"handed_over": True}), live(STARTED, DONE)])
    with gateway.client() as client:
        assert isinstance(list(client.generations.stream("tea", follow=True))[-1], Result)
    assert heard(gateway)[1] == ("GET", f"/v1/jobs/{ID}/events", None)


@pytest.mark.parametrize("body", [live(event("delta", offset="x")), httpx2.Response(200, content=b"<html>")])
def test_what_is_no_answer_of_the_gateway_is_told_as_such(body: Answer) -> None:
    with pytest.raises(PressroomError) as caught:
        watched(body)
    assert caught.value.code == "unreadable"


def test_a_reader_who_was_there_before_goes_on_from_there() -> None:
    gateway = Gateway([live(REST, DONE)])
    with gateway.client() as client:
        events = list(client.jobs.events(ID, last_event_id="1-1-2-2"))
    assert heard(gateway) == [("GET", f"/v1/jobs/{ID}/events", "1-1-2-2")]
    assert Transcript("Te").apply(events[0]).text == "Tea."


def test_it_does_not_take_longer_than_told() -> None:
    def beat() -> None:
        gateway.clock.sleep(15)

    beats = [piece for _ in range(20) for piece in (beat, b": beat\n\n")]
    gateway = Gateway([live(STARTED, *beats, DONE)])
    with gateway.client() as client, pytest.raises(PressroomError) as caught:
        list(client.jobs.events(ID, timeout=40))
    assert (caught.value.code, gateway.clock.now) == ("timed_out", 45)
    assert gateway.heard[0].extensions["timeout"]["read"] == 40


def test_waiting_for_a_gateway_does_not_take_longer_either() -> None:
    gateway = Gateway([NO_CONNECTION])
    with gateway.client(tries=50) as client, pytest.raises(PressroomError) as caught:
        list(client.jobs.events(ID, timeout=40))
    assert (caught.value.code, gateway.clock.now) == ("timed_out", 40)


def test_who_stops_reading_closes_the_connection() -> None:
    closed: list[bool] = []

    class Watching(httpx2.MockTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            response = super().handle_request(request)
            response.stream.close = lambda: closed.append(True)  # type: ignore[attr-defined]
            return response

    transport = Watching(lambda _: live(STARTED, TEA, REST, DONE).response())
    with Pressroom("http://gateway", "pr_a_b", transport=transport) as client:
        events = client.jobs.events(ID)
        next(events)
        assert closed == []
        events.close()
        assert closed == [True]


async def test_the_client_for_asyncio_does_the_same() -> None:
    gateway = Gateway([live(STARTED, TEA, LOST, **MADE), live(STARTED, REST, HANDED), live(STARTED, DONE)])
    async with gateway.aclient() as client:
        events = [each async for each in client.generations.stream("tea", follow=True)]
    assert [type(each) for each in events] == [Status, Delta, Delta, HandedOver, Result]
    assert told(events) == "Tea."
    assert [request.method for request in gateway.heard] == ["POST", "GET", "GET"]


async def test_problems_reach_the_client_for_asyncio() -> None:
    gateway = Gateway([problem(404, "not_found")])
    async with gateway.aclient() as client:
        with pytest.raises(PressroomError, match="not_found"):
            _ = [each async for each in client.jobs.events(ID)]


def test_how_far_a_job_is_in_one_look() -> None:
    seen = {"job_id": ID, "status": "processing", "step": "calling_model", "progress": 40, "tokens": 7}
    gateway = Gateway([answer(200, seen, ETag='"7"'), httpx2.Response(304), answer(200, seen | {"tokens": 8})])
    with gateway.client() as client:
        first = client.jobs.progress(ID)
        same = client.jobs.progress(ID, known=first)
        third = client.jobs.progress(ID, known=same)
    assert (first.step, first.progress, first.tokens, third.tokens) == ("calling_model", 40, 7, 8)
    assert same is first
    assert [request.headers.get("If-None-Match") for request in gateway.heard] == [None, '"7"', '"7"']
