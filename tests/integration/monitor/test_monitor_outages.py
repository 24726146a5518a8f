"""The database or the broker goes away in the middle of it: nothing is lost, nothing is parked."""

import asyncio

from integration.monitor.process import RunningMonitor, eventually
from integration.monitor.test_monitor_events import lives, parked
from pressroom_common.contracts import JobMeasures
from pressroom_devstack.infrastructure import Infrastructure
from unit.monitor.events import World, events_of, measures, packed


async def test_a_restart_of_the_database_loses_nothing(
    restartable_infrastructure: Infrastructure, restartable_monitor: RunningMonitor
) -> None:
    monitor, world = restartable_monitor, lives(400)
    messages = [message for event in events_of(world) for message in packed([event])]
    telling = asyncio.create_task(monitor.tell(*messages))
    for _ in range(2):
        await asyncio.sleep(0.3)
        await asyncio.to_thread(restartable_infrastructure.postgres.restart)
    await telling
    await eventually(monitor.is_ready)
    await monitor.folded("SELECT count(*) FROM endings", 400)
    await monitor.folded("SELECT count(*) FROM usages", 400)
    await monitor.tables.check(world)
    assert await parked(monitor, 0)


async def test_while_the_database_is_away_messages_are_held_and_it_is_not_ready(
    restartable_infrastructure: Infrastructure, restartable_monitor: RunningMonitor
) -> None:
    monitor, world = restartable_monitor, lives(20)
    await asyncio.to_thread(restartable_infrastructure.postgres.kill)
    await monitor.tell(*packed(events_of(world)))
    assert not await monitor.is_ready()
    await asyncio.to_thread(restartable_infrastructure.postgres.start)
    await monitor.folded("SELECT count(*) FROM endings", 20)
    await monitor.folded("SELECT count(*) FROM usages", 20)
    await eventually(monitor.is_ready)
    await monitor.tables.check(world)
    assert await parked(monitor, 0)


async def test_after_a_restart_of_the_broker_it_takes_messages_again(
    restartable_infrastructure: Infrastructure, restartable_monitor: RunningMonitor
) -> None:
    monitor, world = restartable_monitor, lives(50)
    first, second = split(world)
    await monitor.tell(*first)
    await asyncio.to_thread(restartable_infrastructure.rabbitmq.kill)
    assert not await monitor.is_ready()
    await asyncio.to_thread(restartable_infrastructure.rabbitmq.start)
    await eventually(monitor.is_ready)
    await eventually(lambda: reachable(monitor))
    await monitor.tell(*second)
    await monitor.folded("SELECT count(*) FROM usages", 50)
    await monitor.tables.check(World((), world.snapshots))


def split(world: World) -> tuple[list[JobMeasures], list[JobMeasures]]:
    messages = [measures(told) for told in world.snapshots]
    return messages[:50], messages[50:]


async def reachable(monitor: RunningMonitor) -> bool:
    return monitor.publisher.ready
