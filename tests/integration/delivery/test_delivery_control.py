"""What operators tell workers to do, and what becomes of the jobs that they hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from integration.delivery.processes import Process, eventually
from integration.delivery.system import System
from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import Control, DrainWorker, RestartWorker, SetLogLevel, WorkerHeartbeat, decoder
from pressroom_common.errors import Unavailable
from pressroom_common.ids import uuid7
from pressroom_gateway.operations.commands import RabbitControl

_heartbeat = decoder(WorkerHeartbeat)


def envelope() -> dict[str, Any]:
    return {"id": uuid7(), "source": "gateway-1", "time": datetime.now(UTC)}


async def tell(system: System, message: Control) -> None:
    """As a gateway does."""
    publisher = Publisher(system.amqp_url, confirm_seconds=30)
    publisher.start()
    try:
        await publisher.connected()
        await RabbitControl(publisher).tell("generator", message)
    finally:
        await publisher.stop()


@asynccontextmanager
async def listening(system: System) -> AsyncIterator[dict[str, WorkerHeartbeat]]:
    """The last heartbeat of each worker, as it comes."""
    last: dict[str, WorkerHeartbeat] = {}

    async def hear(message: AbstractIncomingMessage) -> None:
        beat = _heartbeat(message.body)
        last[beat.worker] = beat

    async with await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        queue = await (await connection.channel()).declare_queue(exclusive=True)
        await queue.bind(topology.EVENTS, topology.HEARTBEAT_KEY)
        await queue.consume(hear, no_ack=True)
        yield last


async def takers(system: System) -> int:
    """How many consumers the lanes have."""
    async with await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        channel = await connection.channel()
        queues = [await channel.get_queue(name) for name in topology.lane_queues("generator")]
        declared = [await channel.declare_queue(queue.name, passive=True) for queue in queues]
        return sum(queue.declaration_result.consumer_count or 0 for queue in declared)


async def drained(system: System, name: str) -> None:
    """Wait until a new heartbeat says so, and nobody takes from the lanes."""
    async with listening(system) as beats:

        async def is_drained() -> bool:
            beat = beats.get(name)
            return beat is not None and beat.heartbeat.draining and not beat.holds and await takers(system) == 0

        await eventually(is_drained, f"{name} is drained")


async def hears(system: System, message: Control) -> None:
    """Tell it until a process of the service listens."""

    async def is_heard() -> bool:
        try:
            await tell(system, message)
        except Unavailable:
            return False
        return True

    await eventually(is_heard, "a worker listens")


async def says(worker: Process, line: str) -> None:
    async def has_said() -> bool:
        return line in worker.log

    await eventually(has_said, f"{worker.name} logs {line!r}")


async def test_a_worker_that_is_restarted_finishes_its_calls_and_takes_jobs_again(system: System) -> None:
    worker = await system.start_worker("generator-1", drain_seconds=30)
    await system.provider.behaves(latency_ms=2_000)
    ids = await system.submit(*(f"Write about bay {n}" for n in range(3)))
    await system.provider.in_flight(3)

    await tell(system, RestartWorker(**envelope(), worker="generator-1"))
    assert await worker.exit_code() == 0
    later = await system.submit("Write about a fjord")
    worker.start()  # as its supervisor does
    rows = await system.check([*ids, *later])
    ended = rows.of(ids)
    assert {(run.state, run.claim, run.holder) for run in ended.runs.values()} == {("completed", 1, "generator-1")}
    assert len(ended.all_calls) == 3
    assert {job.status for job in rows.of(later).jobs.values()} == {"completed"}


async def test_a_drained_worker_hands_back_what_takes_too_long_and_stays_with_nothing_to_do(system: System) -> None:
    worker = await system.start_worker("generator-1", drain_seconds=1)
    await system.provider.behaves(latency_ms=60_000)
    ids = await system.submit(*(f"Write about reef {n}" for n in range(3)))
    await system.provider.in_flight(3)
    await system.provider.behaves()

    await tell(system, DrainWorker(**envelope(), worker="generator-1"))
    await drained(system, "generator-1")
    assert {run.state for run in (await system.rows()).of(ids).runs.values()} == {"orphaned"}
    more = await system.submit("Write about a lagoon")
    await drained(system, "generator-1")
    assert worker.running
    assert not (await system.rows()).of(more).runs

    await system.start_worker("generator-2")
    rows = (await system.check([*ids, *more])).of([*ids, *more])
    assert {(job.status, job.attempt) for job in rows.jobs.values()} == {("completed", 1)}
    assert {run.holder for run in rows.runs.values()} == {"generator-2"}

    await tell(system, RestartWorker(**envelope(), worker="generator-1"))
    assert await worker.exit_code() == 0


async def test_a_drained_worker_takes_nothing_after_the_broker_came_back(fragile_system: System) -> None:
    system, broker = fragile_system, fragile_system.servers.rabbitmq
    worker = await system.start_worker("generator-1", drain_seconds=1)
    await tell(system, DrainWorker(**envelope(), worker="generator-1"))
    await drained(system, "generator-1")

    await asyncio.to_thread(broker.stop)
    await asyncio.to_thread(broker.start)
    await hears(system, SetLogLevel(**envelope(), level="debug"))  # its queue is there again
    ids = await system.submit("Write about a delta")
    for _ in range(3):
        await drained(system, "generator-1")
    assert not (await system.rows()).of(ids).runs

    await hears(system, RestartWorker(**envelope(), worker="generator-1"))
    assert await worker.exit_code() == 0
    worker.start()
    rows = (await system.check(ids)).of(ids)
    assert {(job.status, job.attempt) for job in rows.jobs.values()} == {("completed", 1)}


async def test_a_stop_in_the_middle_of_a_drain_waits_for_its_end_and_no_longer(system: System) -> None:
    worker = await system.start_worker("generator-3", drain_seconds=30)
    await system.provider.behaves(latency_ms=3_000)
    ids = await system.submit(*(f"Write about cape {n}" for n in range(3)))
    await system.provider.in_flight(3)

    await tell(system, DrainWorker(**envelope(), worker="generator-3"))
    await says(worker, "asked to drain, and to stay")
    await tell(system, RestartWorker(**envelope(), worker="generator-3"))
    assert await worker.exit_code(25) == 0
    rows = (await system.check(ids)).of(ids)  # there is no other worker
    assert {(run.state, run.claim) for run in rows.runs.values()} == {("completed", 1)}
    assert len(rows.all_calls) == 3


async def test_a_worker_past_its_memory_limit_finishes_its_calls_and_ends_well(system: System) -> None:
    worker = await system.start_worker("generator-1", drain_seconds=30, heartbeat_seconds=8, memory_limit_mb=1)
    await system.provider.behaves(latency_ms=9_000)
    ids = await system.submit("Write about a volcano")
    await system.provider.in_flight(1)

    assert await worker.exit_code() == 0
    assert worker.log.count("past the memory limit") == 1
    rows = (await system.check(ids)).of(ids)  # there is no other worker
    assert {(run.state, run.claim) for run in rows.runs.values()} == {("completed", 1)}


@pytest.mark.parametrize("name", ["generator-1", ""], ids=["one", "all"])
async def test_a_log_level_holds_from_when_it_is_set(system: System, name: str) -> None:
    worker = await system.start_worker("generator-1", heartbeat_seconds=0.5)
    async with listening(system) as beats:

        async def set_level(level: Any) -> None:
            async def has_level() -> bool:
                return "generator-1" in beats and beats["generator-1"].heartbeat.log_level == level

            await tell(system, SetLogLevel(**envelope(), level=level, worker=name))
            await eventually(has_level, f"generator-1 logs from {level} up")

        await set_level("error")
        quiet = await system.submit("Write about silence")
        await system.check(quiet)
        before = worker.log.count("run ended")
        await set_level("info")
        loud = await system.submit("Write about thunder")
        await system.check(loud)
        await says(worker, str(loud[0]))
    lines = worker.log.splitlines()
    ended = [line for line in lines if "run ended" in line]
    assert len(ended) == before + 1
    assert not any(str(quiet[0]) in line for line in lines)
    assert str(loud[0]) in ended[-1]
