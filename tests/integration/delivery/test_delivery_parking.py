"""Messages that nobody can read go to the park queue, and stand in nobody's way."""

import aio_pika
from aio_pika import DeliveryMode, Message

from integration.delivery.processes import eventually
from integration.delivery.system import System
from pressroom_common import topology
from pressroom_common.contracts import lane_queue

UNREADABLE = (b"", b"no JSON", b'{"type": "job.run.v9"}', b'{"type": "job.run.v1", "id": 7}', b"\xff\xfe")


async def test_undecodable_messages_are_parked_and_stall_no_queue(system: System) -> None:
    slots = 2
    await system.start_worker("generator-1", slots_default=slots, slots_high=1)
    assert len(UNREADABLE) > slots  # else a stalled queue would not show
    poisoned = {
        lane_queue("generator", "default"): topology.COMMANDS,
        topology.cancellations_queue("generator"): topology.COMMANDS,
        topology.SNAPSHOTS_KEY: topology.EVENTS,
        topology.HEARTBEAT_KEY: topology.EVENTS,
    }
    async with await aio_pika.connect(system.amqp_url, timeout=10) as connection:
        channel = await connection.channel()
        for key, exchange in poisoned.items():
            target = await channel.get_exchange(exchange)
            for body in UNREADABLE:
                await target.publish(Message(body, delivery_mode=DeliveryMode.PERSISTENT), routing_key=key)

    parked: list[bytes] = []

    async def are_parked() -> bool:
        parked.extend(await system.parked())
        return len(parked) >= len(poisoned) * len(UNREADABLE)

    await eventually(are_parked, "all are parked")
    assert sorted(parked) == sorted(UNREADABLE * len(poisoned))

    ids = await system.submit(*(f"Write about order {n}" for n in range(5)))
    rows = (await system.check(ids)).of(ids)
    assert {job.status for job in rows.jobs.values()} == {"completed"}
