"""Two gateways, two generators and the monitor, under a supervisor that starts again what has ended."""

import asyncio
import itertools
import signal
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import httpx2

from chaos.history import ChaosTables
from chaos.plan import LEASE_SECONDS, TENANTS
from integration.delivery.processes import Process, eventually
from integration.delivery.rows import Parked
from integration.delivery.system import LOOPBACK, SECRETS, System
from pressroom_common import topology
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port
from pressroom_monitor.migrations import SCHEMA as MONITOR

DECLARED_SECONDS = 1.5
"""RabbitMQ 3.10 loses a quorum queue when it is killed within about a second of the queue's declaration."""
SYNC_SECONDS = 4
"""Shorter than a busy minute's wait, so that some are handed over."""
STATEMENT_SECONDS = 0.3
"""What a stopped process had sent to the database is committed or not, by then."""
TICK = 0.25


class ChaosSystem(System):
    schemas = (*System.schemas, MONITOR)
    provider_module = "chaos.varied_provider"
    gateway_settings: Mapping[str, Any] = {"sync_seconds": SYNC_SECONDS, "sync_requests_per_tenant": 50}
    """Beside those of all tests."""
    generator_settings: Mapping[str, Any] = {
        "lease_seconds": LEASE_SECONDS,
        "slots_high": 8,
        "slots_default": 10,
        "slots_low": 4,
    }

    def __init__(self, servers: Infrastructure, folder: Path) -> None:
        monitor_port, gateway_port = any_free_port(), any_free_port()
        self.monitor_url = f"http://{LOOPBACK}:{monitor_port}"
        super().__init__(servers, folder)
        self._tables = self.tables = ChaosTables(self.database_url)
        self.steady = asyncio.Lock()
        """Held by who restarts the database, and by who needs it: nobody else reads while it is away."""
        self.origins = (self.origin, f"http://{LOOPBACK}:{any_free_port()}")
        self.gateways = [
            self.make_gateway("gateway-1", self.origins[0], internal_port=gateway_port, **self.gateway_settings),
            self.make_gateway("gateway-2", self.origins[1], **self.gateway_settings),
        ]
        self.gateway = self.gateways[0]
        self.generators = [
            self._worker(f"generator-{n}", "pressroom_generator", dict(self.generator_settings)) for n in (1, 2)
        ]
        self.monitor = self._monitor(monitor_port, f"http://{LOOPBACK}:{gateway_port}")
        self.keys: dict[str, str] = {}
        self.ended_alone: Counter[str] = Counter()
        """Processes that ended though nobody had killed them, by name."""
        self._down: set[str] = set()

    @property
    def processes(self) -> list[Process]:
        return [*self.gateways, *self.generators, self.monitor]

    async def start(self) -> None:
        await asyncio.to_thread(self._prepare)
        for process in self.processes:
            process.start()
        await asyncio.gather(self.provider.start(), *(process.is_ready() for process in self.processes))
        self._supervision = asyncio.create_task(self._supervise())
        await asyncio.sleep(DECLARED_SECONDS)

    async def stop(self) -> None:
        self._supervision.cancel()
        with suppress(asyncio.CancelledError):
            await self._supervision
        for process in self.processes:
            process.kill()
        await super().stop()

    async def killed(self, process: Process, away: float) -> None:
        """SIGKILL; started again after so many seconds, and ready."""
        self._down.add(process.name)
        process.kill()
        await asyncio.sleep(away)
        process.start()
        self._down.remove(process.name)
        await self.is_ready(process)

    async def frozen(self, generator: Process) -> set[UUID]:
        """SIGSTOP; the calls that it is in: these alone may be bought again."""
        async with self.steady:
            generator.signal(signal.SIGSTOP)
            await asyncio.sleep(STATEMENT_SECONDS)
            return await self.tables.open_calls(generator.name)

    async def is_ready(self, process: Process) -> None:
        """Wait until it can work, however often it is started again before."""

        async with httpx2.AsyncClient(timeout=5) as http:
            await eventually(lambda: process.answers(http), f"{process.name} is ready")

    async def queued(self) -> int:
        """Commands that wait in the lanes; what a worker has taken does not."""
        async with await aio_pika.connect(self.amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            queues = [await channel.get_queue(name) for name in topology.lane_queues("generator")]
            return sum(queue.declaration_result.message_count or 0 for queue in queues)

    async def order(self, path: str) -> None:
        """An administrator's POST, sent to both gateways in turn until one has done it."""
        origins = itertools.cycle(self.origins)

        async def is_done() -> bool:
            async with self.client(next(origins), admin=True) as http:
                try:
                    answer = await http.post(path)
                except httpx2.TransportError:
                    return False
            assert answer.status_code in {200, 503}, answer.text
            return answer.status_code == 200

        await eventually(is_done, path)

    async def parked(self) -> list[Parked]:
        return await self.tables.parked()

    def clients(self, tenant: str) -> list[httpx2.AsyncClient]:
        """One of each gateway."""
        headers = {"Authorization": f"Bearer {self.keys[tenant]}"}
        return [httpx2.AsyncClient(base_url=origin, headers=headers, timeout=10) for origin in self.origins]

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            for process in self.processes:
                if process.name not in self._down and not process.running:
                    self.ended_alone[process.name] += 1
                    process.start()

    def _monitor(self, port: int, gateway_url: str) -> Process:
        settings = {
            "name": "monitor-1",
            "internal_port": port,
            "gateway_url": gateway_url,
            "service_token_secret": SECRETS["service_token_secret"],
            "pull_seconds": 2,
            "confirm_seconds": 2,
        }
        env = self._env("monitor", settings)
        return Process("monitor-1", "pressroom_monitor", env, self.folder, ready=f"{self.monitor_url}/readyz")

    def _prepare(self) -> None:
        super()._prepare()
        self.keys = {tenant: self._make_key(tenant, "editor") for tenant in TENANTS}
