"""What every adapter of a worker's events must do: the fake of the worker's tests, and RabbitMQ."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Raw
from msgspec.structs import replace

from integration.worker.desks import EventsDesk, RabbitEventsDesk
from pressroom_common.contracts import Heartbeat, Hold, JobMeasures, ReleaseRun, Usage, WorkerHeartbeat, decoder
from pressroom_common.ids import uuid7
from protocol.runs import EPOCH, StoredRun
from unit.generator.shops import claimed

RESULT = Raw(b'{"content":"text"}')


def row(n: int = 1) -> StoredRun:
    return replace(claimed(), job_id=uuid7(), n=n, state="completed", usage={"small": Usage(calls=1)}, result=RESULT)


async def test_what_is_told_is_heard_with_its_result(events_desk: EventsDesk) -> None:
    told = row()
    await events_desk.events.tell(told)
    [heard] = await events_desk.ledger_hears(1)
    assert (heard.id, heard.job_id, heard.n) == (told.snapshot().id, told.job_id, 1)
    assert (heard.state, heard.usage, bytes(heard.result)) == ("completed", told.usage, bytes(RESULT))


async def test_many_rows_that_are_told_at_once_are_all_heard(events_desk: EventsDesk) -> None:
    rows = [row() for _ in range(120)]
    await asyncio.gather(*(events_desk.events.tell(one) for one in rows))
    heard = await events_desk.ledger_hears(120)
    assert {snapshot.job_id for snapshot in heard} == {one.job_id for one in rows}


async def test_a_heartbeat_is_heard_with_what_the_process_holds(events_desk: EventsDesk) -> None:
    beat = WorkerHeartbeat(
        id=uuid7(),
        source="generator-1",
        time=datetime.now(UTC),
        worker="generator-1",
        holds=(Hold(job_id=UUID(int=1), claim=3),),
        heartbeat=Heartbeat(service="generator", version="1", started_at=EPOCH, pid=7, host="here", slots={"high": 1}),
    )
    await events_desk.events.beat(beat)
    assert await events_desk.ledger_hears_beat() == beat


async def test_a_word_to_the_processes_is_heard_by_them(events_desk: EventsDesk) -> None:
    word = ReleaseRun(id=uuid7(), source="", time=EPOCH, job_id=UUID(int=1), attempt=1, claim=2)
    await events_desk.events.control(word)
    assert await events_desk.process_hears() == word


async def test_the_monitor_hears_the_same_without_the_result(rabbit_events: RabbitEventsDesk) -> None:
    await rabbit_events.monitor.purge()
    told = row()
    await rabbit_events.events.tell(told)
    measures = decoder(JobMeasures)(await rabbit_events.next(rabbit_events.monitor))
    [heard] = measures.snapshots
    assert (heard.id, heard.usage, bytes(heard.result)) == (told.snapshot().id, told.usage, b"")
    await rabbit_events.ledger_hears(1)
