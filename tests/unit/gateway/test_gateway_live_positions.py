"""The ids of a stream's events say what their client has: whichever of them is the last, the text goes on there."""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import pytest

from pressroom_common.contracts import JobStatus, LiveRun
from pressroom_common.telemetry import Metrics
from pressroom_gateway.ledger.records import JobView
from pressroom_gateway.live.channel import Channel
from pressroom_gateway.live.estimates import Estimates
from pressroom_gateway.live.frames import position_of
from pressroom_gateway.live.listener import Listener
from pressroom_gateway.live.measures import LiveMetrics
from pressroom_gateway.live.records import Position, Standing

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ID = UUID(int=7)
FIRST, SECOND = "The first claim's text.", "Quite another text, of the second claim."
_FRAME = re.compile(rb"id: (\S+)\nevent: (\S+)\ndata: (.*)\n\n")


class Told(NamedTuple):
    id: str
    name: str
    data: dict[str, Any]


@pytest.fixture
def metrics() -> LiveMetrics:
    return LiveMetrics(Metrics())


@pytest.fixture
def channel() -> Channel:
    made = Channel(ID)
    made.learn(standing(status="processing", version=2))
    return made


def standing(status: JobStatus, version: int) -> Standing:
    fields = dict.fromkeys(JobView.__struct_fields__)
    known = {"id": ID, "kind": "generation.prompt", "lane": "default", "execution_mode": "async", "model": "m"}
    known |= {"status": status, "attempt": 1, "attempt_base": 0, "usage": {}, "steps": (), "started_at": NOW}
    view = JobView(**fields | known)  # type: ignore[arg-type]
    return Standing(job=view, tenant_id=UUID(int=1), claim=1, n=1, version=version, input_size=10)


def run(claim: int, text: str) -> LiveRun:
    return LiveRun(job_id=ID, attempt=1, claim=claim, stage="calling_model", text=text)


def listener(channel: Channel, metrics: LiveMetrics, resume: Position | None = None) -> Listener:
    return Listener(channel, Estimates, metrics, resume)


def news(listener: Listener) -> list[Told]:
    frames = b"".join(listener.news(NOW))
    return [Told(id_.decode(), name.decode(), msgspec.json.decode(data)) for id_, name, data in _FRAME.findall(frames)]


def text_after(text: str, told: list[Told]) -> str:
    """As a client puts it together, who minds every offset."""
    for event in told:
        if event.name == "keyframe":
            text = event.data["text"]
        elif event.name == "delta":
            assert event.data["offset"] == len(text), event
            text += event.data["text"]
    return text


def test_whichever_event_of_a_new_claim_is_the_last_to_come_no_text_is_mixed_with_the_old_one(
    channel: Channel, metrics: LiveMetrics
) -> None:
    channel.hear(run(1, FIRST))
    client = listener(channel, metrics)
    text = text_after("", news(client))
    assert text == FIRST
    channel.hear(run(2, SECOND))
    channel.learn(standing(status="cancelling", version=3))
    told = news(client)
    assert [event.name for event in told] == ["status", "progress", "keyframe"]
    assert texts_in_the_end(text, told, channel, metrics) == {SECOND}


def test_a_client_that_was_cut_off_before_its_text_went_on_has_what_it_had(
    channel: Channel, metrics: LiveMetrics
) -> None:
    channel.hear(run(1, FIRST))
    told = news(listener(channel, metrics, Position(1, 1, 9)))
    assert [event.name for event in told] == ["status", "progress", "delta"]
    assert texts_in_the_end(FIRST[:9], told, channel, metrics) == {FIRST}


def texts_in_the_end(text: str, told: list[Told], channel: Channel, metrics: LiveMetrics) -> set[str]:
    """Of clients that had a text, were told one event, two events, and so on, were cut off, and came again."""
    found = set()
    for number, last in enumerate(told, start=1):
        again = listener(channel, metrics, position_of(last.id))
        found.add(text_after(text_after(text, told[:number]), news(again)))
    return found
