"""Texts as they come, by the library and the command line, from running services that are killed meanwhile."""

import asyncio
import json
import signal
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from uuid import UUID

from integration.client.conftest import Terminal
from integration.delivery.processes import eventually
from integration.delivery.system import System
from pressroom_client import (
    AsyncPressroom,
    Cancelled,
    Delta,
    Event,
    Failed,
    HandedOver,
    Keyframe,
    Pressroom,
    Progress,
    Result,
    RetryPolicy,
    Status,
    Transcript,
)

LONG = {"tokens": 150}
"""Two seconds and a half at the provider's pace."""


def soon() -> datetime:
    """So late that somebody watches when the call begins: else nobody streams it."""
    return datetime.now(UTC) + timedelta(seconds=2)


def told(events: list[Event]) -> str:
    """What a reader of the text events has; the result adds nothing."""
    transcript = Transcript()
    for event in events:
        transcript = transcript if isinstance(event, Result) else transcript.apply(event)
    return transcript.text


def content(events: list[Event]) -> str:
    last = events[-1]
    assert isinstance(last, Result), last
    return last.content or ""


def job_of(events: list[Event]) -> UUID:
    return next(event.job_id for event in events if isinstance(event, Status))


async def test_a_text_comes_in_pieces(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG)
    async with AsyncPressroom(system.origin, keys[0]) as client:
        events = [event async for event in client.generations.stream("Write about tea")]
        again = [event async for event in client.jobs.events(job_of(events))]
    assert sum(isinstance(event, Delta) for event in events) > 5
    assert not any(isinstance(event, Keyframe) for event in events)
    assert "calling_model" in {event.step for event in events if isinstance(event, Progress)}
    assert told(events) == content(events) == told(again) == content(again)
    await system.check([job_of(events)])


async def test_the_client_without_async_reads_the_same(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()

    def read() -> list[Event]:
        with Pressroom(system.origin, keys[0]) as client:
            return list(client.generations.stream("Write about tea"))

    events = await asyncio.to_thread(read)
    assert told(events) == content(events) != ""


async def test_a_gateway_that_is_killed_costs_no_letter_and_no_second_job(
    system: System, keys: tuple[str, str]
) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG)
    process, origin = await system.start_gateway("gateway-live", "pressroom_gateway")
    before = set((await system.rows()).jobs)
    events: list[Event] = []
    killed_at = 0
    async with AsyncPressroom(origin, keys[0], retries=RetryPolicy(tries=60, longest_seconds=1)) as client:
        async for event in client.generations.stream("Write about tea", follow=True):
            events.append(event)
            if not killed_at and len(told(events)) > 20:
                process.kill()
                process.start()
                killed_at = len(told(events))
    assert 20 < killed_at < len(content(events))
    assert told(events) == content(events)
    assert set((await system.rows()).jobs) - before == {job_of(events)}
    await system.check([job_of(events)])


async def test_a_worker_that_is_killed_makes_the_text_begin_again(system: System, keys: tuple[str, str]) -> None:
    worker = await system.start_worker()
    await system.provider.behaves(**LONG)
    events: list[Event] = []
    async with AsyncPressroom(system.origin, keys[0]) as client:
        made = await client.generations.create("Write about tea", run_at=soon())
        async for event in client.jobs.events(made.id, timeout=120):
            events.append(event)
            if worker.running and len(told(events)) > 20:
                worker.kill()
                killed_at = len(told(events))
                await system.start_worker("generator-2")
    assert killed_at < len(content(events))
    assert any(isinstance(event, Keyframe) for event in events)
    assert told(events) == content(events)
    await system.check([made.id])


async def test_the_hand_over_is_followed_where_asked(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG)
    async with AsyncPressroom(system.origin, keys[0]) as client:
        short = [event async for event in client.generations.stream("Write about tea", wait=1)]
        whole = [event async for event in client.generations.stream("Write about milk", wait=1, follow=True)]
        await client.wait([job_of(short)], interval=0.2)
    assert isinstance(short[-1], HandedOver)
    assert sum(isinstance(event, HandedOver) for event in whole) == 1
    assert told(whole) == content(whole)


async def test_what_was_seen_before_is_not_told_again(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG)
    seen: list[Event] = []
    async with AsyncPressroom(system.origin, keys[0]) as client:
        made = await client.generations.create("Write about tea", run_at=soon())
        async with aclosing(client.jobs.events(made.id)) as events:
            async for event in events:
                seen.append(event)
                if isinstance(event, Delta) and len(told(seen)) > 20:
                    break
        assert isinstance(event, Delta)
        rest = [each async for each in client.jobs.events(made.id, last_event_id=event.event_id)]
    transcript = Transcript(told(seen))
    for each in rest[:-1]:
        transcript = transcript.apply(each)
    assert not any(isinstance(each, Keyframe) for each in rest)
    assert transcript.text == content(rest)


async def test_how_a_job_ends_is_told(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG, fail=[{"status": 400, "match": "milk"}])
    async with AsyncPressroom(system.origin, keys[0]) as client:
        failed = [event async for event in client.generations.stream("Write about milk")][-1]
        async for last in client.generations.stream("Write about tea", follow=True):
            if isinstance(last, Status):
                job = last.job_id
            if isinstance(last, Delta):
                await client.jobs.cancel(job)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.error.status) == ("provider_rejected", 400)
    assert isinstance(last, Cancelled)


async def test_how_far_a_job_is_in_one_look(system: System, keys: tuple[str, str]) -> None:
    async with AsyncPressroom(system.origin, keys[0]) as client:
        made = await client.generations.create("Write about tea", run_at=datetime.now(UTC) + timedelta(hours=1))
        first = await client.jobs.progress(made.id)
        assert (first.status, first.is_completed, bool(first.etag)) == ("scheduled", False, True)
        same = await client.jobs.progress(made.id, known=first)
        await client.jobs.cancel(made.id)

        async def is_cancelled() -> bool:
            return (await client.jobs.progress(made.id, known=same)).status == "cancelled"

        await eventually(is_cancelled, "the change is seen", seconds=10)


async def test_a_process_prints_the_text_as_it_comes(system: System, terminal: Terminal) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG)
    process = await terminal.start("generate", "Write about tea", "--now")
    assert process.stdout is not None
    first = await process.stdout.read(10)
    assert process.returncode is None
    [newest] = json.loads(await terminal.ok("jobs", "--limit", "1", "--json"))
    assert newest["status"] == "processing"
    out, err = await process.communicate()
    made = json.loads(await terminal.ok("show", newest["id"], "--json"))
    assert (process.returncode, err) == (0, b"")
    assert (first + out).decode() == made["result"]["content"] + "\n"


async def test_who_leaves_leaves_the_job_alone(system: System, terminal: Terminal) -> None:
    await system.start_worker()
    await system.provider.behaves(**LONG)
    process = await terminal.start("generate", "Write about tea", "--now")
    assert process.stdout is not None
    await process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    job = err.decode().partition("pressroom cancel ")[2].strip()
    text = await terminal.ok("watch", job)
    assert text == json.loads(await terminal.ok("show", job, "--json"))["result"]["content"].strip()
    await system.check([UUID(job)])
