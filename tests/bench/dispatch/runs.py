"""One run of each kind: the same jobs, published at once, or kept back by a hold and dispatched when it is lifted."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.dispatch.gateway import Site
from bench.measure import Processes


@dataclass(frozen=True)
class Cost:
    """Of one stretch: seconds, and CPU milliseconds per job by process."""

    seconds: float
    gateway: float
    postgres: float
    rabbitmq: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.seconds + other.seconds,
            self.gateway + other.gateway,
            self.postgres + other.postgres,
            self.rabbitmq + other.rabbitmq,
        )


@dataclass(frozen=True)
class Costs:
    """Of the same number of jobs, in one run."""

    direct: Cost
    """From the request to the confirmed publication, which nothing held back."""
    insert: Cost
    """From the request to the row of a job that is held back."""
    dispatch: Cost
    """From the end of the hold to the confirmed publication."""

    @property
    def ratio(self) -> float:
        """The gateway's CPU for a job that waits and is dispatched, of that for one that is published at once."""
        return (self.insert + self.dispatch).gateway / self.direct.gateway


class Runs:
    def __init__(self, site: Site, servers: Processes, jobs: int) -> None:
        self._site = site
        self._servers = servers
        self._jobs = jobs

    async def direct(self) -> Cost:
        async with self._site.gateway(self._jobs) as gateway:
            cost = await self._measured(gateway.publish_all)
        await self._check()
        return cost

    async def backlog(self) -> tuple[Cost, Cost]:
        """Inserting, and dispatching."""
        async with self._site.gateway(self._jobs) as gateway:

            async def released() -> None:
                await gateway.places.release("lane", "default")
                gateway.dispatching.wake()
                await gateway.published()

            await gateway.places.hold("lane", "default", "bench")
            insert = await self._measured(gateway.keep_all)
            dispatch = await self._measured(released)
        await self._check()
        return insert, dispatch

    async def _measured(self, work: Callable[[], Awaitable[None]]) -> Cost:
        before, cpu, began = self._servers.cpu_seconds(), time.process_time(), time.perf_counter()
        await work()
        seconds, own, after = time.perf_counter() - began, time.process_time() - cpu, self._servers.cpu_seconds()
        spent = {name: (after[name] - before[name]) / self._jobs * 1000 for name in after}
        return Cost(seconds, own / self._jobs * 1000, spent["postgres"], spent["rabbitmq"])

    async def _check(self) -> None:
        if unlike := await self._site.unlike():
            raise SystemExit(f"{unlike} jobs were not published exactly once: their cost says nothing")
