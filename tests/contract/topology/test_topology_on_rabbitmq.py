"""The topology of the code, as a real broker takes it, and the exported definitions beside it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aio_pika
import pytest

from pressroom_common import topology
from pressroom_common.contracts import lane_queue, service_of
from pressroom_common.topology import QUEUES, declare, definitions
from pressroom_devstack.infrastructure import Infrastructure

EXPORTED = Path(__file__).parents[3] / "deploy" / "rabbitmq" / "definitions.json"


@pytest.fixture
async def vhost(fresh_vhost: Callable[..., str]) -> str:
    """The URL of an empty virtual host."""
    return await asyncio.to_thread(fresh_vhost, "topology")


def name_of(url: str) -> str:
    return unquote(urlsplit(url).path.removeprefix("/"))


async def declared(url: str) -> None:
    """As a service does at its start."""
    async with await aio_pika.connect(url) as connection:
        await declare(await connection.channel())


async def standing(infrastructure: Infrastructure, url: str) -> dict[str, Any]:
    """What the broker says that there is, in the form of the definitions."""
    management = infrastructure.rabbitmq.management
    found: dict[str, Any] = await asyncio.to_thread(management.get, f"definitions/{quote(name_of(url), safe='')}")
    return found


def plain(entries: list[dict[str, Any]], *fields: str) -> set[str]:
    """Entries without order, and without what a version of RabbitMQ adds."""
    return {json.dumps({field: entry[field] for field in fields}, sort_keys=True) for entry in entries}


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for part, fields in {
        "exchanges": ("name", "type", "durable", "auto_delete", "arguments"),
        "queues": ("name", "durable", "auto_delete", "arguments"),
        "bindings": ("source", "destination", "destination_type", "routing_key", "arguments"),
    }.items():
        assert plain(found[part], *fields) == plain(expected[part], *fields), part


async def test_declared_it_stands_and_declared_again_it_is_left_as_it_is(
    infrastructure: Infrastructure, vhost: str
) -> None:
    for _ in range(2):
        await declared(vhost)
        same(await standing(infrastructure, vhost), definitions())


async def test_what_was_imported_from_the_exported_file_is_what_services_declare(
    infrastructure: Infrastructure, vhost: str
) -> None:
    """A queue that differed in one argument would refuse the declaration."""
    exported = json.loads(EXPORTED.read_text())
    of_host = {part: [_anywhere(entry) for entry in exported[part]] for part in ("exchanges", "queues", "bindings")}
    management = infrastructure.rabbitmq.management
    path = f"definitions/{quote(name_of(vhost), safe='')}"
    await asyncio.to_thread(management._call, "POST", path, of_host)
    await declared(vhost)
    same(await standing(infrastructure, vhost), definitions())


def _anywhere(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "vhost"}


async def test_the_command_prints_the_exported_file() -> None:
    command = [sys.executable, "-m", "pressroom_common", "topology"]
    printed = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    assert printed.stdout == EXPORTED.read_bytes()


async def test_a_message_to_each_key_reaches_its_queues_and_no_other(vhost: str) -> None:
    async with await aio_pika.connect(vhost) as connection:
        channel = await connection.channel()
        await declare(channel)
        for queue in QUEUES:
            for key in queue.keys:
                exchange = await channel.get_exchange(queue.exchange)
                body = f"{queue.exchange}/{key}".encode()
                await exchange.publish(aio_pika.Message(body), key, mandatory=True)
        for queue in QUEUES:
            taker = await channel.get_queue(queue.name)
            keys = [key for other in QUEUES for key in other.keys if other.exchange == queue.exchange]
            bodies = [await _next(taker) for _ in range(sum(key in queue.keys for key in keys))]
            assert set(bodies) == {f"{queue.exchange}/{key}" for key in queue.keys}
            assert await taker.get(fail=False) is None


async def test_what_is_rejected_is_parked(vhost: str) -> None:
    async with await aio_pika.connect(vhost) as connection:
        channel = await connection.channel()
        await declare(channel)
        lane = lane_queue("generator", "high")
        exchange = await channel.get_exchange(topology.COMMANDS)
        await exchange.publish(aio_pika.Message(b"poison"), lane)
        message = await (await channel.get_queue(lane)).get(timeout=5)
        assert message is not None
        await message.reject()
        assert await _next(await channel.get_queue(topology.PARK_QUEUE)) == "poison"


async def _next(queue: aio_pika.abc.AbstractQueue) -> str:
    async with asyncio.timeout(10):
        while True:
            message = await queue.get(fail=False)
            if message is not None:
                await message.ack()
                return message.body.decode()
            await asyncio.sleep(0.02)


def test_every_kind_of_job_has_a_service_with_a_queue_for_each_lane() -> None:
    queues = {queue.name for queue in QUEUES}
    for kind in ("generation.prompt", "generation.article"):
        assert {lane_queue(service_of(kind), lane) for lane in topology.LANES} <= queues
        assert topology.cancellations_queue(service_of(kind)) in queues
