"""The whole monitor in the test's own process: its real wiring, on real servers."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from integration.monitor.database import HistoryDatabase
from integration.monitor.gateway import SECRET
from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import encode
from pressroom_common.contracts.envelope import Envelope
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_monitor.main import create_app
from pressroom_monitor.settings import Settings

KEYS = {
    "job.measures.v1": topology.MEASURES_KEY,
    "job.transitions.v1": topology.TRANSITIONS_KEY,
    "worker.heartbeat.v1": topology.HEARTBEAT_KEY,
}
PATIENCE = 60.0
"""Seconds; for machines that have much else to do."""


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.05)


class RunningMonitor:
    """A monitor that pulls and refreshes several times a second, with a publisher and an HTTP client for the test.

    It forgets nothing: the tests' events have dates of their own, which grow old.
    """

    def __init__(self, database_url: str, amqp_url: str, gateway_url: str, **settings: Any) -> None:
        given = {"pull_seconds": 0.2, "gauge_seconds": 0.2, "stale_seconds": 120.0, "retention_seconds": 0, **settings}
        self.settings = Settings(
            database_url=database_url,
            amqp_url=amqp_url,
            gateway_url=gateway_url,
            service_token_secret=SECRET,
            name="monitor-test",
            **given,
        )
        self.tables = HistoryDatabase(database_url)
        self.publisher = Publisher(amqp_url, confirm_seconds=PATIENCE)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.publisher.start()
        self._stack.push_async_callback(self.publisher.stop)
        self._stack.push_async_callback(self.tables.close)
        await self.publisher.connected()
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._stack.aclose()

    async def start(self) -> None:
        self.app = app = create_app(self.settings)
        self._running = AsyncExitStack()
        await self._running.enter_async_context(app.router.lifespan_context(app))
        transport = httpx2.ASGITransport(app=app)
        client = httpx2.AsyncClient(transport=transport, base_url="http://monitor")
        self.http = await self._running.enter_async_context(client)
        await eventually(self.is_ready)

    async def stop(self) -> None:
        await self._running.aclose()

    async def is_ready(self) -> bool:
        return (await self.http.get("/readyz")).status_code == 200

    async def tell(self, *messages: Envelope) -> None:
        """Published, and confirmed by the broker."""
        for message in messages:
            await self.publisher.publish(topology.EVENTS, KEYS[str(message.__struct_config__.tag)], encode(message))

    async def get(self, path: str, tenant: str = "", role: str = "super-admin") -> httpx2.Response:
        token = sign(ServiceToken("gateway", "monitor", tenant, role), SECRET)
        return await self.http.get(path, headers={"Authorization": f"Bearer {token}"})

    async def metric(self, name: str, **labels: str) -> float:
        """The value of one series of `/metrics`; 0 where there is none yet."""
        exposed = (await self.http.get("/metrics")).text
        for family in text_string_to_metric_families(exposed):
            for sample in family.samples:
                if sample.name == f"pressroom_{name}" and sample.labels == labels:
                    return float(sample.value)
        return 0.0

    async def folded(self, statement: str, expected: Any) -> None:
        """Wait until a query answers so."""

        async def answers() -> bool:
            return bool(await self.tables.value(statement) == expected)

        await eventually(answers)
