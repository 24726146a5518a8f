"""The clients: `python -m bench.load < plan.json > outcome.json`. A process of its own, whose CPU does not count."""

import asyncio
import sys
import time
from collections.abc import Iterator

import aiohttp
import msgspec

from bench.measure import Processes, Sampler
from bench.plan import Outcome, Plan

POLL_SECONDS = 0.01
PATIENCE = 120.0  # seconds until a job that is not completed is a fault
_CHECKED_AT_ONCE = 32


class Jobs:
    """The HTTP API of the system under load, as a client uses it."""

    def __init__(self, http: aiohttp.ClientSession, plan: Plan) -> None:
        self._http = http
        self._url = f"{plan.origin}/v1/generations"
        self.ids: list[str] = []
        self.post_ms: list[float] = []

    async def submit(self, number: int) -> str:
        body = {"prompt": f"Write a product text for a steel water bottle, edition {number}"}
        started = time.perf_counter()
        async with self._http.post(self._url, json=body) as response:
            answer = await response.read()
            if response.status != 202:
                raise SystemExit(f"POST answered {response.status}: {answer.decode()[:500]}")
        self.post_ms.append((time.perf_counter() - started) * 1000)
        self.ids.append(msgspec.json.decode(answer)["id"])
        return self.ids[-1]

    async def completed(self, job_id: str) -> None:
        """Ask until it is; exits where it fails, or takes for ever."""
        deadline = time.monotonic() + PATIENCE
        while (status := await self._status(job_id)) != "completed":
            if status == "failed" or time.monotonic() > deadline:
                raise SystemExit(f"job {job_id} is {status}")
            await asyncio.sleep(POLL_SECONDS)

    async def all_completed(self) -> None:
        """Every job, after the measurement: a system that loses jobs has no figures."""
        waiting = iter(self.ids)
        await asyncio.gather(*(self._each_completed(waiting) for _ in range(_CHECKED_AT_ONCE)))

    async def _each_completed(self, ids: Iterator[str]) -> None:
        for job_id in ids:
            await self.completed(job_id)

    async def _status(self, job_id: str) -> str:
        async with self._http.get(f"{self._url}/{job_id}") as response:
            return str(msgspec.json.decode(await response.read())["status"])


async def _busy(plan: Plan, jobs: Jobs, sampler: Sampler) -> list[float]:
    """As fast as the answers come. The end is asked for sparsely, since every question costs the gateway time."""
    numbers = iter(range(plan.jobs))

    async def client() -> None:
        for number in numbers:
            await jobs.submit(number)

    await asyncio.gather(*(client() for _ in range(plan.clients)))
    await sampler.answered(plan.jobs)
    for job_id in [*jobs.ids[::20], *jobs.ids[-plan.clients :]]:
        await jobs.completed(job_id)
    return []


async def _paced(plan: Plan, jobs: Jobs, _sampler: Sampler) -> list[float]:
    """At a fixed rate; milliseconds from submission to the answer that says completed, of the sampled jobs."""
    started = time.perf_counter()

    async def client(number: int) -> float | None:
        await asyncio.sleep(started + number / plan.rate - time.perf_counter())
        submitted = time.perf_counter()
        job_id = await jobs.submit(number)
        if number % plan.sampled:
            return None
        await asyncio.sleep(submitted + plan.provider_ms / 1000 - time.perf_counter())
        await jobs.completed(job_id)
        return (time.perf_counter() - submitted) * 1000

    times = await asyncio.gather(*(client(number) for number in range(plan.jobs)))
    return [milliseconds for milliseconds in times if milliseconds is not None]


async def run(plan: Plan) -> Outcome:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=plan.headers, connector=connector) as http:
        jobs, processes = Jobs(http, plan), Processes(plan.processes)
        sampler = Sampler(http, plan.provider, processes)
        async with sampler.running():
            before, started = processes.cpu_seconds(), time.perf_counter()
            completed_ms = await (_busy if plan.kind == "busy" else _paced)(plan, jobs, sampler)
            seconds, after = time.perf_counter() - started, processes.cpu_seconds()
        await jobs.all_completed()
    return Outcome(
        jobs=plan.jobs,
        seconds=seconds,
        post_ms=jobs.post_ms,
        completed_ms=completed_ms,
        cpu_seconds={name: after[name] - before[name] for name in after},
        samples=sampler.samples,
    )


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(run(plan))))


if __name__ == "__main__":
    main()
