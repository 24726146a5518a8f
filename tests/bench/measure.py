"""What processes use: CPU time with that of their children, and resident memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import aiohttp
import msgspec
import psutil

from bench.plan import Sample

_EVERY = 0.1  # seconds between samples


class Processes:
    """Some processes of one system, and their descendants."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time so far; that of children that have ended is their parent's."""
        return {name: sum(map(_cpu_seconds, _family(process))) for name, process in self._processes.items()}

    def memory(self) -> dict[str, int]:
        """Resident bytes. Memory that children share is counted once for each, so PostgreSQL's says little."""
        return {name: sum(map(_memory, _family(process))) for name, process in self._processes.items()}


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu_seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


class Sampler:
    """Watches the memory of the processes, and how many calls the provider has answered, while a load runs."""

    def __init__(self, http: aiohttp.ClientSession, provider: str, processes: Processes) -> None:
        self._http = http
        self._url = f"{provider}/__fake__/stats"
        self._processes = processes
        self._before = 0
        self._next_sample = asyncio.Event()
        self.samples: list[Sample] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._before = await self._ask()
        task = asyncio.create_task(self._sample_for_ever())
        try:
            yield
        finally:
            task.cancel()

    async def answered(self, calls: int) -> None:
        """Wait until the provider has answered so many calls since the start."""
        while not self.samples or self.samples[-1].answered < calls:
            await self._next_sample.wait()

    async def _sample_for_ever(self) -> None:
        while True:
            answered = await self._ask() - self._before
            self.samples.append(Sample(answered=answered, memory=self._processes.memory()))
            self._next_sample.set()
            self._next_sample = asyncio.Event()
            await asyncio.sleep(_EVERY)

    async def _ask(self) -> int:
        async with self._http.get(self._url) as response:
            outcomes: dict[str, int] = msgspec.json.decode(await response.read())["outcomes"]
            return sum(outcomes.values())
