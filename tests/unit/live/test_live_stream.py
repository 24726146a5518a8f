"""A stream on its way to a client: how it begins, what keeps it, and the ways in which it ends."""

import asyncio
from contextlib import ExitStack

import pytest

from pressroom_gateway.accounts.ports import StoredKey
from pressroom_gateway.live import stream as module
from pressroom_gateway.live.listener import Listener
from pressroom_gateway.live.records import Position
from pressroom_gateway.problems import Problem
from unit.live.clients import Hall, Wire
from unit.live.reading import Reader
from unit.live.watched import JOB, Clock, completed, words
from unit.worker.workshop import settled, soon


class StoppedTime:
    """In place of the module `time`."""

    def __init__(self) -> None:
        self.monotonic = Clock()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of streams; the event loop keeps its own."""
    stopped = StoppedTime()
    monkeypatch.setattr(module, "time", stopped)
    return stopped.monotonic


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def wire() -> Wire:
    return Wire()


async def test_it_begins_at_once_and_ends_after_the_last_word(hall: Hall, wire: Wire) -> None:
    hall.desk.has("pending", 1)
    task = hall.begin(wire)
    await settled()
    assert wire.sent[0]["status"] == 200
    assert wire.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert wire.headers[b"cache-control"] == b"no-store"
    assert wire.text.startswith(b"retry: 1000\n\n")
    hall.desk.ledger.put(completed("Tea"))
    hall.desk.live.heard([JOB])
    await soon(task)
    assert wire.reader.names == ["status", "progress", "status", "progress", "keyframe", "result"]
    assert wire.finished


async def test_what_is_new_is_sent_as_it_comes(hall: Hall, wire: Wire) -> None:
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    for number, letter in enumerate("Tea"):
        hall.desk.live.told([words(letter, number)])
        await settled()
        assert wire.reader.text == "Tea"[: number + 1]
    wire.leaves.set()
    await soon(task)


async def test_headers_of_the_request_come_with_it(hall: Hall, wire: Wire) -> None:
    hall.desk.ledger.put(completed("Tea"))
    await soon(hall.begin(wire, hall.stream(headers=((b"location", b"/v1/generations/7"),))))
    assert wire.headers[b"location"] == b"/v1/generations/7"


async def test_a_client_that_goes_leaves_nothing_behind(hall: Hall, wire: Wire) -> None:
    hall.desk.has()
    gone: list[str] = []
    with ExitStack() as resources:
        resources.callback(lambda: gone.append("resources"))
        stream = hall.stream(resources.pop_all())
    task = hall.begin(wire, stream)
    await settled()
    assert hall.desk.counted("live_streams") == 1
    wire.leaves.set()
    await soon(task)
    assert (gone, hall.desk.kept, hall.desk.counted("live_streams")) == (["resources"], 0, 0)


async def test_a_stream_that_is_over_leaves_nothing_running(hall: Hall, wire: Wire) -> None:
    before = asyncio.all_tasks()
    hall.desk.ledger.put(completed("Tea"))
    await soon(hall.begin(wire))
    await settled()
    assert asyncio.all_tasks() <= before


async def test_a_gateway_that_stops_ends_its_streams_without_a_last_word(hall: Hall, wire: Wire) -> None:
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    hall.desk.live.close()
    await soon(task)
    assert (wire.reader.end, wire.finished) == (None, True)


async def test_a_stream_that_is_asked_of_a_gateway_that_stops_ends_at_once(hall: Hall, wire: Wire) -> None:
    hall.desk.has()
    hall.desk.live.close()
    await soon(hall.begin(wire))
    assert wire.finished


async def test_a_revoked_key_ends_its_streams_within_a_tick(hall: Hall, wire: Wire, clock: Clock) -> None:
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    hall.keys.revoke(hall.key)
    hall.desk.live.told([words("Tea")])
    await settled()
    assert not task.done()
    clock.seconds += module._TICK_SECONDS
    hall.desk.live.told([words("Tea is", 0)])
    await soon(task)
    assert (wire.reader.end, wire.finished) == (None, True)
    assert hall.desk.measures.cut.labels("not_allowed")._value.get() == 1


async def test_while_nobody_can_tell_whether_the_key_holds_its_streams_go_on(
    hall: Hall, wire: Wire, clock: Clock
) -> None:
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    hall.keys.away = True
    for seconds in range(3):
        clock.seconds += module._TICK_SECONDS
        hall.desk.live.told([words("Tea"[: seconds + 1])])
        await settled()
    assert wire.reader.text == "Tea"
    assert not task.done()
    wire.leaves.set()
    await soon(task)


async def test_a_database_that_hangs_does_not_silence_a_stream(
    hall: Hall, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_prefix: str) -> list[StoredKey]:
        await asyncio.Event().wait()
        return []

    for name, seconds in (("_TICK_SECONDS", 0.01), ("_ASK_SECONDS", 0.01), ("_BEAT_SECONDS", 0.05)):
        monkeypatch.setattr(module, name, seconds)
    monkeypatch.setattr(hall.keys, "valid_keys", hang)
    hall.desk.has("pending", 1)
    task = hall.begin(wire)
    await asyncio.sleep(0.3)
    assert b": beat" in wire.text
    wire.leaves.set()
    await soon(task)


async def test_the_key_is_looked_at_at_every_tick_and_not_at_every_word(
    hall: Hall, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.2)
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    for number in range(20):
        hall.desk.live.told([words("x", number)])
        await settled()
    assert hall.keys.questions == 0
    await asyncio.sleep(0.3)
    assert hall.keys.questions == 1
    wire.leaves.set()
    await soon(task)


async def test_a_stream_ticks_by_itself(hall: Hall, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.01)
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    hall.keys.revoke(hall.key)
    await soon(task)
    assert wire.finished


@pytest.mark.parametrize(("silence", "beats"), [(6.9, 0), (7.0, 1)])
async def test_a_heartbeat_comes_before_fifteen_seconds_of_silence_are_over(
    hall: Hall, wire: Wire, clock: Clock, silence: float, beats: int
) -> None:
    """It is looked for at every tick, four seconds apart, or five where nobody answers whether the key holds."""
    hall.desk.has("pending", 1)
    task = hall.begin(wire)
    await settled()
    clock.seconds += silence
    hall.desk.live._channels[JOB].ring()
    await settled()
    assert wire.text.count(b": beat\n\n") == beats
    wire.leaves.set()
    await soon(task)


async def test_who_is_told_something_needs_no_heartbeat(hall: Hall, wire: Wire, clock: Clock) -> None:
    hall.desk.has()
    task = hall.begin(wire)
    for number in range(10):
        clock.seconds += 10
        hall.desk.live.told([words("x", number)])
        await settled()
    assert b": beat" not in wire.text
    wire.leaves.set()
    await soon(task)


async def test_a_client_that_takes_nothing_is_given_up(hall: Hall, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.02)
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.01)
    hall.desk.has()
    task = hall.begin(wire)
    await settled()
    wire.takes.clear()
    hall.desk.live.told([words("Tea")])
    await soon(task)
    assert not wire.finished
    assert hall.desk.measures.cut.labels("slow")._value.get() == 1
    assert hall.desk.kept == 0


async def test_a_client_that_is_told_nothing_is_not_given_up_for_it(
    hall: Hall, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.02)
    hall.desk.has()
    task = hall.begin(wire)
    await asyncio.sleep(0.2)
    assert not task.done()
    wire.leaves.set()
    await soon(task)


async def test_a_slow_client_delays_nobody_and_gets_all_in_one_piece(hall: Hall) -> None:
    hall.desk.has()
    slow, quick = Wire(), Wire()
    tasks = [hall.begin(slow), hall.begin(quick)]
    await settled()
    hall.desk.live.told([words()])
    await settled()
    slow.takes.clear()
    for number, letter in enumerate("Tea is warm"):
        hall.desk.live.told([words(letter, number)])
        await settled()
    assert quick.reader.text == "Tea is warm"
    slow.takes.set()
    await settled()
    assert [len(data["text"]) for data in slow.reader.told("delta")] == [1, 10]
    for wire, task in zip((slow, quick), tasks, strict=True):
        wire.leaves.set()
        await soon(task)


class Patience:
    """Ends a stream once it has any text."""

    def __init__(self) -> None:
        self.ended = 0

    def has_news(self, listener: Listener) -> bool:
        return listener.has_text

    async def news(self, listener: Listener) -> bytes:
        return listener.handed_over(b'{"handed_over":true}') if listener.has_text else b""

    async def end(self) -> None:
        self.ended += 1


async def test_who_waits_may_end_it_before_its_job_ends(hall: Hall, wire: Wire) -> None:
    hall.desk.has()
    patience = Patience()
    task = hall.begin(wire, hall.stream(wait=patience))
    await settled()
    hall.desk.live.told([words("Tea")])
    await soon(task)
    assert (wire.reader.names[-1], wire.finished, patience.ended) == ("handed_over", True, 1)


@pytest.mark.parametrize("how", ["the client goes", "the gateway stops", "the job ends"])
async def test_however_it_ends_who_waits_is_told_once(hall: Hall, wire: Wire, how: str) -> None:
    hall.desk.has()
    patience = Patience()
    task = hall.begin(wire, hall.stream(wait=patience))
    await settled()
    if how == "the client goes":
        wire.leaves.set()
    elif how == "the gateway stops":
        hall.desk.live.close()
    else:
        hall.desk.ledger.put(completed(""))
        hall.desk.live.heard([JOB])
    await soon(task)
    assert patience.ended == 1


async def test_a_stream_goes_on_where_the_client_was(hall: Hall, wire: Wire) -> None:
    hall.desk.ledger.put(completed("Tea is warm"))
    before = Reader()
    with hall.desk.live.listening(JOB, known=True) as watch:
        watch.channel.hear(words("Tea "))
        resume = Position(1, 1, 4)
        await soon(hall.begin(wire, hall.stream(resume=resume)))
    before.text = "Tea "
    assert wire.text.count(b"event: delta") == 1
    assert b'{"offset":4,"text":"is warm"}' in wire.text


@pytest.mark.parametrize(("per_tenant", "in_all"), [(2, 10), (10, 2)], ids=["of the tenant", "in all"])
def test_beyond_the_most_no_stream_is_opened(per_tenant: int, in_all: int) -> None:
    hall = Hall(per_tenant, in_all)
    tenant = hall.principal.tenant_id
    with hall.streams.place(tenant):
        with hall.streams.place(tenant), pytest.raises(Problem) as refusal, hall.streams.place(tenant):
            pytest.fail("there was a third place")
        with hall.streams.place(tenant):
            pass
    assert (refusal.value.status, refusal.value.code) == (429, "rate_limited")
    assert refusal.value.headers["Retry-After"] == "5"


def test_one_tenants_streams_take_no_place_from_another(hall: Hall) -> None:
    full = Hall(per_tenant=1)
    with full.streams.place(full.principal.tenant_id), full.streams.place(full.stranger().tenant_id):
        assert full.streams._open.total() == 2
    assert not full.streams._open
