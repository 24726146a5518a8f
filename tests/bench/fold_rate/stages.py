"""The three measurements: the broker's share, the fold's share, and the monitor as it is delivered."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from faststream.rabbit import RabbitRouter

from bench.fold_rate.load import Body
from bench.measure import Processes
from bench.stack import Stack, answering
from pressroom_common import topology
from pressroom_common.broker import Delivery, Publisher, create_broker, route, start_taking, stop_taking
from pressroom_common.contracts import JobMeasures, JobTransitions, WorkerHeartbeat
from pressroom_common.contracts.codec import Decoder
from pressroom_common.database import Database
from pressroom_common.migrations.runner import migrate
from pressroom_common.settings import DatabaseSettings
from pressroom_common.telemetry import Metrics
from pressroom_monitor.measures import FoldMetrics, JobMetrics
from pressroom_monitor.migrations import SCHEMA
from pressroom_monitor.repository import PostgresHistory
from pressroom_monitor.service import Folding, Message

PREFETCH = 200
_LOOK = 0.1  # seconds between looks at the monitor's counters
_message: Decoder[Message] = Decoder(JobMeasures | JobTransitions | WorkerHeartbeat)


@dataclass(frozen=True)
class Pace:
    """How fast a stage went, and what it cost: CPU microseconds per event, by process."""

    events_per_second: float
    cpu: dict[str, float]


class Stages:
    """Each stage has a database and a virtual host of its own."""

    def __init__(self, stack: Stack, load: Sequence[Body], events: int) -> None:
        self._stack = stack
        self._load = load
        self._events = events

    async def broker(self) -> Pace:
        """Taken from the queue, decoded, acked; nothing is folded."""
        amqp_url = await self._filled_queue()
        left = asyncio.Event()
        missing = len(self._load)

        async def take(delivery: Delivery) -> None:
            nonlocal missing
            _message(delivery.body)
            await delivery.ack()
            missing -= 1
            if not missing:
                left.set()

        broker = create_broker(amqp_url)
        broker.include_router(RabbitRouter(handlers=[route(topology.queue(topology.MONITOR_QUEUE), take, PREFETCH)]))

        async def run() -> None:
            await start_taking(broker)
            await left.wait()

        pace = await self._timed(run)
        await stop_taking(broker)
        await broker.stop()
        return pace

    async def fold(self) -> Pace:
        """From memory: decoded before, as many messages at a time as the queue would give."""
        url = await asyncio.to_thread(self._database_url)
        messages = [_message(body.body) for body in self._load]
        metrics = Metrics()
        database = Database(DatabaseSettings(database_url=url), SCHEMA.name)
        folding = Folding(PostgresHistory(database, 120.0), FoldMetrics(metrics), JobMetrics(metrics), PREFETCH // 2)
        waiting = iter(messages)

        async def worker() -> None:
            for message in waiting:
                await folding.take(message)

        async def run() -> None:
            await asyncio.gather(*(worker() for _ in range(PREFETCH)))

        await database.ping()
        pace = await self._timed(run)
        await database.close()
        return pace

    async def whole(self) -> Pace:
        """`python -m pressroom_monitor` on a full queue, from its first fold to its last."""
        env = await self._monitor_env()
        with self._stack.processes() as group:
            port = env["MONITOR_INTERNAL_PORT"]
            answers = answering(f"http://127.0.0.1:{port}/healthz")
            await asyncio.to_thread(group.start, "monitor", "pressroom_monitor", env, answers)
            async with _counter(port) as folded:
                return await self._watched(folded, Processes({**group.pids, **self._stack.server_pids}))

    async def _watched(self, folded: Callable[[], Awaitable[float]], processes: Processes) -> Pace:
        first = await _until(folded, 1)
        began, before = time.perf_counter(), processes.cpu_seconds()
        await _until(folded, self._events)
        return self._pace(self._events - first, time.perf_counter() - began, before, processes.cpu_seconds())

    async def _timed(self, run: Callable[[], Awaitable[None]]) -> Pace:
        own = Processes(self._stack.server_pids)
        before, cpu, began = own.cpu_seconds(), time.process_time(), time.perf_counter()
        await run()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        after = own.cpu_seconds()
        return self._pace(self._events, seconds, before | {"monitor": 0.0}, after | {"monitor": cpu})

    def _pace(self, events: float, seconds: float, before: dict[str, float], after: dict[str, float]) -> Pace:
        return Pace(events / seconds, {name: (after[name] - before[name]) / events * 1e6 for name in after})

    async def _filled_queue(self) -> str:
        """A virtual host whose `monitor.events` holds the whole load; its URL."""
        amqp_url = await asyncio.to_thread(self._stack.servers.fresh_vhost, "fold")
        publisher = Publisher(amqp_url, confirm_seconds=60)
        publisher.start()
        await publisher.connected()
        for begin in range(0, len(self._load), 50):
            part = self._load[begin : begin + 50]
            await asyncio.gather(*(publisher.publish(topology.EVENTS, each.key, each.body) for each in part))
        await publisher.stop()
        return amqp_url

    async def _monitor_env(self) -> dict[str, str]:
        return {
            "MONITOR_NAME": "monitor",
            "MONITOR_DATABASE_URL": await asyncio.to_thread(self._database_url),
            "MONITOR_AMQP_URL": await self._filled_queue(),
            "MONITOR_GATEWAY_URL": "http://127.0.0.1:9",
            "MONITOR_SERVICE_TOKEN_SECRET": secrets.token_hex(32),
            "MONITOR_INTERNAL_PORT": str(self._stack.ports.port("monitor-internal")),
            "MONITOR_PREFETCH": str(PREFETCH),
        }

    def _database_url(self) -> str:
        owner = self._stack.servers.fresh_database("fold")
        server = urlsplit(owner)
        url = server._replace(netloc=f"fold_monitor:bench@{server.hostname}:{server.port}").geturl()
        migrate(SCHEMA, owner, url)
        return url


async def _until(folded: Callable[[], Awaitable[float]], events: float) -> float:
    """Wait until so many are folded; how many it were then."""
    while (found := await folded()) < events:  # noqa: ASYNC110 - it happens in another process
        await asyncio.sleep(_LOOK)
    return found


@asynccontextmanager
async def _counter(port: str) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """How many events the monitor says it has folded."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:

        async def folded() -> float:
            async with http.get("/metrics") as response:
                text = await response.text()
            lines = (line for line in text.splitlines() if line.startswith("pressroom_monitor_events_total{"))
            return sum(float(line.rpartition(" ")[2]) for line in lines)

        yield folded
