"""Messages that nobody can handle are parked: they stand in nobody's way, and are not lost."""

import asyncio
from collections import Counter

import aio_pika
from aio_pika import DeliveryMode, Message

from integration.delivery.processes import Process
from integration.delivery.rows import Parked
from integration.delivery.system import System
from integration.shadow import Shadow
from pressroom_common import topology
from pressroom_common.contracts import CancelJob, JobSnapshots, WorkerHeartbeat, decoder, lane_queue

UNREADABLE = (b"", b"no JSON", b'{"type": "job.run.v9"}', b'{"type": "job.run.v1", "id": 7}', b"\xff\xfe")
LANE = lane_queue("generator", "default")
CANCELLATIONS = topology.cancellations_queue("generator")
PATIENT = {"unclaimed_wait_seconds": 600, "silence_seconds": 600}
"""Of a gateway that sends no command again while a test lasts."""

_directive = decoder(CancelJob)


async def test_undecodable_messages_are_parked_and_stall_no_queue(system: System) -> None:
    slots = 2
    await system.start_worker("generator-1", slots_default=slots, slots_high=1)
    assert len(UNREADABLE) > slots  # else a stalled queue would not show
    poisoned = {
        LANE: topology.COMMANDS,
        CANCELLATIONS: topology.COMMANDS,
        topology.SNAPSHOTS_KEY: topology.EVENTS,
        topology.HEARTBEAT_KEY: topology.EVENTS,
    }
    async with await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        channel = await connection.channel()
        for key, exchange in poisoned.items():
            target = await channel.get_exchange(exchange)
            for body in UNREADABLE:
                await target.publish(Message(body, delivery_mode=DeliveryMode.PERSISTENT), routing_key=key)

    await system.has_parked(len(poisoned) * len(UNREADABLE))
    parked = await system.take_parked()
    queues = [LANE, CANCELLATIONS, topology.LEDGER_QUEUE, topology.LEDGER_QUEUE]
    assert Counter((row.queue, row.body) for row in parked) == Counter(
        (queue, body) for queue in queues for body in UNREADABLE
    )
    assert {row.reason for row in parked} == {"rejected"}

    ids = await system.submit(*(f"Write about order {n}" for n in range(5)))
    rows = (await system.check(ids)).of(ids)
    assert {job.status for job in rows.jobs.values()} == {"completed"}


async def test_a_command_that_was_delivered_too_often_ends_its_job(system: System) -> None:
    patient = await _replace_gateway(system)
    async with Shadow(system.amqp_url, (topology.COMMANDS, CANCELLATIONS)) as shadow:
        [id_] = await system.submit("Write about a worker that dies of it")
        await _return_until_parked(system)
        [row] = await system.has_parked(1)
        assert (row.reason, row.queue, row.job_id, row.type) == ("delivery_limit", LANE, id_, "job.run.v1")
        directive = await _next_directive(shadow)
        assert (directive.job_id, directive.attempt, directive.reason) == (id_, 1, "parked")
        assert await system.status(id_) == "pending"  # the run ends it, not the ledger

        await system.start_worker()
        await system.is_(id_, "failed")
        error = (await system.shown(id_))["error"]
        assert (error["code"], error["retryable"]) == ("parked", False)
        assert (await _ask(system, row, "replay"))["status"] == "replayed"
        await system.is_(id_, "completed")
        await _restore_gateway(system, patient)
    assert [parked.id for parked in await system.take_parked()] == [row.id]
    rows = (await system.check([id_])).of([id_])
    assert (rows.runs[id_].attempt, len(rows.calls[id_])) == (2, 1)


async def test_a_live_run_is_not_overtaken_by_its_parked_duplicate(system: System) -> None:
    await system.start_worker()
    await system.provider.behaves(latency_ms=3000)
    async with (
        Shadow(system.amqp_url, (topology.COMMANDS, LANE)) as duplicates,
        Shadow(system.amqp_url, (topology.COMMANDS, CANCELLATIONS)) as shadow,
    ):
        [id_] = await system.submit("Write about patience")
        await system.provider.in_flight(1)
        await (await duplicates.next()).reject()
        directive = await _next_directive(shadow)
        assert (directive.job_id, directive.reason) == (id_, "parked")
        await system.is_(id_, "completed")
    assert [(row.job_id, row.reason) for row in await system.take_parked()] == [(id_, "rejected")]
    rows = (await system.check([id_])).of([id_])
    assert (rows.runs[id_].claim, len(rows.calls[id_])) == (1, 1)


async def test_a_replayed_event_is_folded(system: System) -> None:
    patient = await _replace_gateway(system)
    async with Shadow(system.amqp_url, (topology.COMMANDS, LANE)) as commands:
        [id_] = await system.submit("Write about a lost word")
        await (await commands.next()).ack()  # the command is out
    patient.kill()  # nobody folds
    await system.start_worker()
    await _park_snapshots_until_completed(system)
    patient.start()
    await patient.is_ready()
    parked = [row for row in await system.has_parked(1) if row.type == "job.snapshots.v1"]
    assert await system.status(id_) == "pending"
    for row in parked:
        assert (await _ask(system, row, "replay"))["status"] == "replayed"
    await system.is_(id_, "completed")
    await _restore_gateway(system, patient)
    await system.take_parked()
    rows = (await system.check([id_])).of([id_])
    assert len(rows.calls[id_]) == 1


async def test_a_gateway_that_is_killed_loses_no_parked_message_and_stores_none_twice(system: System) -> None:
    bodies = [f"poison {n}".encode() for n in range(1000)]
    system.gateway.kill()
    async with await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        events = await (await connection.channel()).get_exchange(topology.EVENTS)
        poison = [Message(body, delivery_mode=DeliveryMode.PERSISTENT) for body in bodies]
        await asyncio.gather(*(events.publish(message, routing_key=topology.HEARTBEAT_KEY) for message in poison))
    for count in (10, 200, 400):
        system.gateway.start()
        await system.has_parked(count)
        system.gateway.kill()  # rows stand whose messages are not acked
    system.gateway.start()
    await system.gateway.is_ready()
    await system.has_parked(len(bodies))
    assert sorted(row.body for row in await system.take_parked()) == sorted(bodies)


async def test_messages_stay_parked_in_the_queue_while_the_database_is_away(fragile_system: System) -> None:
    system, database = fragile_system, fragile_system.servers.postgres
    await asyncio.to_thread(database.stop)
    async with Shadow(system.amqp_url, (topology.EVENTS, topology.MEASURES_KEY)) as shadow:
        for body in UNREADABLE:
            await shadow.park(topology.EVENTS, topology.MEASURES_KEY, body)
    await asyncio.sleep(1)
    await asyncio.to_thread(database.start)
    await system.has_parked(len(UNREADABLE))
    assert sorted(row.body for row in await system.take_parked()) == sorted(UNREADABLE)


async def _replace_gateway(system: System) -> Process:
    """In place of the first one, at its address, until it is restored."""
    system.gateway.kill()
    patient = system.make_gateway("gateway-patient", system.origin, **PATIENT)
    patient.start()
    await patient.is_ready()
    return patient


async def _restore_gateway(system: System, other: Process) -> None:
    other.kill()
    system.gateway.start()
    await system.gateway.is_ready()


async def _return_until_parked(system: System) -> None:
    """As workers that die of a command: each delivery goes back into its queue, until there is none."""
    async with await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        queue = await (await connection.channel()).get_queue(LANE)
        async with queue.iterator(timeout=60) as deliveries:
            for delivery in range(topology.DELIVERY_LIMIT + 1):
                message = await anext(deliveries)
                assert message.headers.get("x-delivery-count", 0) == delivery
                await message.nack(requeue=True)


async def _park_snapshots_until_completed(system: System) -> None:
    """What workers tell the ledger, refused in its place."""
    event = decoder(JobSnapshots | WorkerHeartbeat)  # type: ignore[arg-type]
    async with asyncio.timeout(60), await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        queue = await (await connection.channel()).get_queue(topology.LEDGER_QUEUE)
        async with queue.iterator() as messages:
            async for message in messages:
                told = event(message.body)
                if not isinstance(told, JobSnapshots):
                    await message.ack()
                    continue
                await message.reject()
                if any(snapshot.state == "completed" for snapshot in told.snapshots):
                    return


async def _next_directive(shadow: Shadow) -> CancelJob:
    message = await shadow.next()
    await message.ack()
    return _directive(message.body)


async def _ask(system: System, row: Parked, action: str) -> dict[str, object]:
    async with system.client(admin=True) as http:
        answer = await http.post(f"/v1/admin/parked/{row.id}/{action}")
    return dict(answer.json())
