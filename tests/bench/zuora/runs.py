"""What is measured, one after another, on one service and one fake Zuora."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from bench.measure import Processes
from bench.zuora import sequential
from bench.zuora.service import CONCURRENCY, NAME, Service
from pressroom_common.contracts import SyncResult
from pressroom_devstack.fake_zuora import AccountSpec, Change, FakeZuora

LATENCY_MS = 50
TASKS = 20
PAGE_LENGTH = 50
LARGE = 30 * 1024 * 1024


@dataclass(frozen=True)
class Options:
    plain: int = 100
    workflows: int = 1_000
    customers: int = 200
    each: int = 20


@dataclass
class Run:
    """Memory of the service in bytes; `idle` before the first sync."""

    name: str
    workflows: int
    seconds: float
    idle: int
    peak: int
    calls: int
    results: list[SyncResult] = field(default_factory=list)

    @property
    def bound(self) -> float:
        """Seconds that the calls alone take at this latency: the list page by page, exports 40 at a time."""
        pages, exports = sum(each.pages for each in self.results), sum(each.exports for each in self.results)
        return (pages + exports / CONCURRENCY) * LATENCY_MS / 1000


@dataclass(frozen=True)
class Figures:
    plain: sequential.Plain
    first: Run
    again: Run
    changed: Run
    customers: Run
    large: Run
    large_changed: Run

    @property
    def small(self) -> tuple[Run, ...]:
        """Those without an export of 30 MB."""
        return self.first, self.again, self.changed, self.customers

    @property
    def runs(self) -> tuple[Run, ...]:
        return *self.small, self.large, self.large_changed


async def measured(service: Service, zuora: FakeZuora, options: Options) -> Figures:
    await zuora.behaves(latency_ms=LATENCY_MS, per_minute=1_000_000, tokens_per_minute=1_000_000)
    processes = Processes({NAME: service.pids[NAME]})
    idle = processes.memory()[NAME]
    await zuora.seed(AccountSpec(client_id="warm", workflows=50, tasks=TASKS))
    await service.sync(await service.environment("warm"))
    await zuora.seed(AccountSpec(client_id="plain", workflows=options.plain, tasks=TASKS))
    plain = await sequential.synced(zuora.origin, "plain", service.owner_url)
    bench = _Bench(service, zuora, processes, idle)
    await zuora.seed(AccountSpec(client_id="acme", workflows=options.workflows, tasks=TASKS))
    acme = await service.environment("acme")
    first = await bench.run("first", [acme])
    again = await bench.run("nothing changed", [acme])
    await zuora.change("acme", *(Change(op="edit", workflow_id=number + 1) for number in range(options.workflows)))
    changed = await bench.run("all changed", [acme])
    names = [f"customer-{number}" for number in range(options.customers)]
    await zuora.seed(*(AccountSpec(client_id=name, workflows=options.each, tasks=TASKS) for name in names))
    environments = [await service.environment(name) for name in names]
    customers = await bench.run(f"{options.customers} customers", environments, lane="low")
    await zuora.seed(AccountSpec(client_id="large", workflows=200, tasks=TASKS))
    await zuora.change("large", Change(op="enlarge", workflow_id=100, size=LARGE))
    environment = await service.environment("large")
    large = await bench.run("with an export of 30 MB", [environment])
    await zuora.change("large", Change(op="edit", workflow_id=100))
    large_changed = await bench.run("that one changed", [environment])
    return Figures(plain, first, again, changed, customers, large, large_changed)


class _Bench:
    def __init__(self, service: Service, zuora: FakeZuora, processes: Processes, idle: int) -> None:
        self._service = service
        self._zuora = zuora
        self._processes = processes
        self._idle = idle

    async def run(self, name: str, environments: list[UUID], lane: str = "default") -> Run:
        await self._zuora.forget_calls()
        async with self._watched() as peak:
            results, seconds = await self._service.sync(*environments, lane=lane)
        counts = (await self._zuora.log(calls="false")).counts
        calls = sum(sum(each.values()) for each in counts.values())
        return Run(name, sum(each.total for each in results), seconds, self._idle, max(peak), calls, results)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[list[int]]:
        peak = [0]
        watching = asyncio.create_task(self._watch(peak))
        try:
            yield peak
        finally:
            watching.cancel()

    async def _watch(self, peak: list[int]) -> None:
        while True:
            peak.append(self._processes.memory()[NAME])
            await asyncio.sleep(0.05)
