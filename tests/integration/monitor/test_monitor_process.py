"""The monitor as it is started in production: a process, its environment, its signals."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from integration.monitor.database import HistoryDatabase, service_url
from integration.monitor.gateway import SECRET, FakeGateway
from integration.monitor.process import KEYS, eventually
from integration.monitor.test_monitor_events import lives
from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import encode
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import PortBook
from unit.monitor.events import World, events_of, packed


@dataclass
class Deployment:
    """What a supervisor would be given."""

    env: dict[str, str]
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "monitor.log"

    def run(self, *arguments: str) -> int:
        return self.start(*arguments).wait(120)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "pressroom_monitor", *arguments]
        with self.log.open("ab") as log:
            process = subprocess.Popen(argv, env=os.environ | self.env, stdout=log, stderr=log)
        self.running.append(process)
        return process

    async def is_ready(self) -> bool:
        return await self.answers("readyz")

    async def answers(self, path: str) -> bool:
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{self.env['MONITOR_INTERNAL_PORT']}/{path}") as response,
            ):
                return response.status == 200
        except aiohttp.ClientError:
            return False


@pytest.fixture
async def deployment(infrastructure: Infrastructure, gateway: FakeGateway, tmp_path: Path) -> AsyncIterator[Deployment]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "monitor")
    env = {
        "PRESSROOM_DATABASE_URL": owner,
        "MONITOR_DATABASE_URL": service_url(owner),
        "MONITOR_AMQP_URL": await asyncio.to_thread(infrastructure.fresh_vhost, "monitor"),
        "MONITOR_GATEWAY_URL": gateway.url,
        "MONITOR_SERVICE_TOKEN_SECRET": SECRET,
        "MONITOR_INTERNAL_PORT": str(PortBook(tmp_path / "ports.json").port("monitor")),
        "MONITOR_PULL_SECONDS": "0.2",
        "MONITOR_RETENTION_SECONDS": "0",  # the events are of a fixed date
    }
    deployed = Deployment(env, tmp_path)
    yield deployed
    for process in deployed.running:
        process.kill()
        process.wait()


async def test_migrate_twice_then_serve_and_stop_in_the_middle_of_it(deployment: Deployment) -> None:
    assert [await asyncio.to_thread(deployment.run, "migrate") for _ in range(2)] == [0, 0]
    process, world = deployment.start(), lives(300)
    await eventually(deployment.is_ready)
    telling = asyncio.create_task(tell(deployment, world))
    await asyncio.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 60) == 0
    await telling
    assert "Traceback" not in deployment.log.read_text()

    deployment.start()
    tables = HistoryDatabase(deployment.env["MONITOR_DATABASE_URL"])
    await eventually(lambda: holds(tables, 300))
    await tables.check(world)
    await tables.close()


async def tell(deployment: Deployment, world: World) -> None:
    publisher = Publisher(deployment.env["MONITOR_AMQP_URL"], confirm_seconds=5)
    publisher.start()
    await publisher.connected()
    for event in events_of(world):
        for message in packed([event]):
            await publisher.publish(topology.EVENTS, KEYS[str(message.__struct_config__.tag)], encode(message))
    await publisher.stop()


async def holds(tables: HistoryDatabase, jobs: int) -> bool:
    """Snapshots come last."""
    return bool(await tables.value("SELECT count(*) FROM usages") == jobs)


async def test_without_its_tables_it_ends_and_parks_nothing(deployment: Deployment) -> None:
    process = deployment.start()
    await asyncio.to_thread(process.wait, 60)
    assert "the process cannot start" in deployment.log.read_text()


async def test_it_lives_but_is_not_ready_while_the_broker_is_away(deployment: Deployment) -> None:
    assert await asyncio.to_thread(deployment.run, "migrate") == 0
    deployment.env["MONITOR_AMQP_URL"] = "amqp://nobody:nothing@127.0.0.1:1/"
    process = deployment.start()
    await eventually(lambda: deployment.answers("healthz"))
    await asyncio.sleep(0.5)
    assert not await deployment.is_ready()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 60) == 0


async def test_rebuild_reads_the_log_anew(deployment: Deployment, gateway: FakeGateway) -> None:
    assert await asyncio.to_thread(deployment.run, "migrate") == 0
    world = lives(3)
    gateway.log.extend(world.transitions)
    deployment.start()
    tables = HistoryDatabase(deployment.env["MONITOR_DATABASE_URL"])
    await eventually(lambda: has_endings(tables, 3))
    await tables.execute("DELETE FROM endings")
    assert await asyncio.to_thread(deployment.run, "rebuild") == 0
    await eventually(lambda: has_endings(tables, 3))
    await tables.close()


async def has_endings(tables: HistoryDatabase, jobs: int) -> bool:
    return bool(await tables.value("SELECT count(*) FROM endings") == jobs)


async def test_another_word_is_answered_by_the_usage(deployment: Deployment) -> None:
    assert await asyncio.to_thread(deployment.run, "serve") != 0
    assert "usage: python -m pressroom_monitor" in deployment.log.read_text()
