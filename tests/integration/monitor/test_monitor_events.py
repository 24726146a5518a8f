"""Events on the real broker become rows and metrics, whatever happens meanwhile."""

import random
from dataclasses import replace
from uuid import UUID

import aio_pika

from integration.monitor.gateway import FakeGateway
from integration.monitor.process import RunningMonitor, eventually
from pressroom_common import topology
from pressroom_common.contracts import Snapshot, Transition
from pressroom_common.ids import uuid7
from unit.monitor.events import (
    World,
    at,
    events_of,
    heartbeat,
    measures,
    packed,
    snapshot,
    transition,
    transitions,
    usage_of,
)

KIND = "generation.prompt"


def life(job: UUID) -> tuple[list[Transition], list[Snapshot]]:
    """A job that completes at its first attempt."""
    log = [
        transition(status, version, job_id=job)
        for version, status in enumerate(("pending", "processing", "completed"), 1)
    ]
    run = [
        snapshot("running", 1, job_id=job),
        snapshot("completed", 2, job_id=job, ended_at=at(2), usage=usage_of(100, 20, unknown_calls=1)),
    ]
    return log, run


def lives(count: int) -> World:
    logs, runs = zip(*(life(uuid7()) for _ in range(count)), strict=True)
    return World(tuple(entry for log in logs for entry in log), tuple(told for run in runs for told in run))


async def test_events_become_rows_and_metrics(monitor: RunningMonitor) -> None:
    world = replace(lives(1), heartbeats=(heartbeat(),))
    await monitor.tell(*packed(events_of(world)))
    await monitor.folded("SELECT count(*) FROM workers", 1)
    await monitor.tables.check(world)
    await assert_counted(monitor, 1)
    assert await monitor.metric("attempt_seconds_sum", kind=KIND, state="completed") == 2
    assert await monitor.metric("job_seconds_sum", kind=KIND, status="completed") == 3
    await eventually(lambda: shows(monitor, 1, "jobs", kind=KIND, status="completed"))
    await eventually(lambda: shows(monitor, 1, "workers", state="alive"))


async def shows(monitor: RunningMonitor, value: float, name: str, **labels: str) -> bool:
    return await monitor.metric(name, **labels) == value


async def assert_counted(monitor: RunningMonitor, jobs: int) -> None:
    assert await monitor.metric("jobs_finished_total", kind=KIND, status="completed") == jobs
    assert await monitor.metric("job_seconds_count", kind=KIND, status="completed") == jobs
    assert await monitor.metric("attempts_ended_total", kind=KIND, state="completed", error="") == jobs
    assert await monitor.metric("tokens_total", kind=KIND, direction="input") == 100 * jobs
    assert await monitor.metric("tokens_total", kind=KIND, direction="output") == 20 * jobs
    assert await monitor.metric("possible_double_charges_total", kind=KIND) == jobs


async def test_messages_told_three_times_in_any_order_give_the_same_rows_and_counts(monitor: RunningMonitor) -> None:
    world = lives(40)
    messages = [message for event in events_of(world) for message in packed([event])] * 3
    random.Random(7).shuffle(messages)
    await monitor.tell(*messages)
    await eventually(lambda: folded_messages(monitor, len(messages)))
    await monitor.tables.check(world)
    await assert_counted(monitor, 40)


async def folded_messages(monitor: RunningMonitor, count: int) -> bool:
    kinds = ("job.measures", "job.transitions")
    return sum([await monitor.metric("monitor_events_total", type=kind, source="broker") for kind in kinds]) == count


async def test_a_monitor_that_starts_again_counts_nothing_again(monitor: RunningMonitor) -> None:
    world = lives(5)
    messages = packed(events_of(world))
    await monitor.tell(*messages)
    await monitor.folded("SELECT count(*) FROM endings", 5)
    await monitor.stop()
    await monitor.tell(*messages)
    await monitor.start()
    await eventually(lambda: folded_messages(monitor, 25))
    assert await monitor.metric("jobs_finished_total", kind=KIND, status="completed") == 0
    assert await monitor.metric("tokens_total", kind=KIND, direction="input") == 0
    await monitor.tables.check(world)


async def test_what_waited_while_no_monitor_was_there_is_folded(monitor: RunningMonitor) -> None:
    await monitor.stop()
    world = lives(30)
    await monitor.tell(*packed(events_of(world)))
    await monitor.start()
    await monitor.folded("SELECT count(*) FROM endings", 30)
    await eventually(lambda: folded_messages(monitor, 150))
    await monitor.tables.check(world)


async def test_what_nobody_can_decode_is_parked(monitor: RunningMonitor) -> None:
    await monitor.publisher.publish(topology.EVENTS, topology.MEASURES_KEY, b'{"type": "job.measures.v1"')
    await monitor.publisher.publish(topology.EVENTS, topology.MEASURES_KEY, b'{"type": "job.unheard-of.v1"}')
    await eventually(lambda: parked(monitor, 2))
    assert await monitor.is_ready()


async def test_what_nobody_can_fold_is_parked_alone(monitor: RunningMonitor) -> None:
    world = lives(30)
    poison = transitions(transition("failed", 1, job_id=uuid7(), error_code="\0"))
    messages = [message for event in world.transitions for message in packed([event])]
    await monitor.tell(*messages[:45], poison, *messages[45:])
    await monitor.folded("SELECT count(*) FROM endings", 30)
    await eventually(lambda: parked(monitor, 1))
    await monitor.tables.check(World(world.transitions))
    await eventually(monitor.is_ready)


async def parked(monitor: RunningMonitor, count: int) -> bool:
    async with await aio_pika.connect(monitor.settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(topology.PARK_QUEUE, passive=True)
        return bool(queue.declaration_result.message_count == count)


async def test_what_was_lost_on_its_way_is_healed_by_the_pull(monitor: RunningMonitor, gateway: FakeGateway) -> None:
    world = lives(7)
    told = [entry for entry in world.transitions if entry.status != "completed"]
    await monitor.tell(transitions(*told), measures(*world.snapshots))
    gateway.log.extend(world.transitions)
    await monitor.folded("SELECT count(*) FROM endings", 7)
    await monitor.tables.check(world)
    await assert_counted(monitor, 7)
    assert await monitor.metric("monitor_pulled_news_total") >= 7


async def test_pulled_and_published_transitions_count_once(monitor: RunningMonitor, gateway: FakeGateway) -> None:
    world = lives(6)
    gateway.log.extend(world.transitions)
    await monitor.tell(*packed(events_of(world)))
    await eventually(lambda: folded_messages(monitor, 30))
    await eventually(lambda: pulled(monitor, 18))
    await monitor.tables.check(world)
    await assert_counted(monitor, 6)


async def pulled(monitor: RunningMonitor, count: int) -> bool:
    return await monitor.metric("monitor_events_total", type="job.transitions", source="pull") >= count


async def test_a_rebuild_reads_the_whole_log_again(monitor: RunningMonitor, gateway: FakeGateway) -> None:
    world = lives(4)
    gateway.log.extend(world.transitions)
    await monitor.folded("SELECT count(*) FROM endings", 4)
    await monitor.tables.execute("DELETE FROM endings")
    await monitor.tables.execute("DELETE FROM minutes")
    await monitor.tables.history.rewind()
    await monitor.folded("SELECT count(*) FROM endings", 4)
    await monitor.tables.check(World(world.transitions))


async def test_it_works_on_while_the_gateway_is_away(monitor: RunningMonitor, gateway: FakeGateway) -> None:
    gateway.down = True
    await eventually(lambda: has_failed_to_pull(monitor))
    await monitor.tell(heartbeat())
    await monitor.folded("SELECT count(*) FROM workers", 1)
    assert await monitor.is_ready()
    gateway.log.append(transition("pending", 1))
    gateway.down = False
    await monitor.folded("SELECT count(*) FROM jobs", 1)


async def has_failed_to_pull(monitor: RunningMonitor) -> bool:
    return await monitor.metric("monitor_pull_failures_total") > 0
