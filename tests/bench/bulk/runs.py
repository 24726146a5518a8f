"""A loop of plain calls, and batches of as many items."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from bench.measure import Processes

ITEMS = 1_000
"""Of a request."""
SERVICES = ("gateway", "generator-1", "generator-2", "monitor")
_PATIENCE = 600.0


@dataclass(frozen=True)
class Loop:
    """Plain calls of the provider, one after another."""

    calls: int
    seconds: float

    @property
    def each(self) -> float:
        return self.seconds / self.calls


@dataclass(frozen=True)
class Run:
    """Seconds of each POST, and from the first one to the last job's end; memory of the services together, in bytes."""

    items: int
    posts: list[float]
    seconds: float
    idle: int
    peak: int
    counts: Counter[str]
    errors: Counter[str]
    """Of jobs that failed, by code; '' where one has none."""


async def looped(provider: str, calls: int) -> Loop:
    body = {"model": "bench", "messages": [{"role": "user", "content": "Write a product text"}]}
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer sk-bench"}) as http:
        began = time.perf_counter()
        for _ in range(calls):
            async with http.post(f"{provider}/v1/chat/completions", json=body) as response:
                response.raise_for_status()
                await response.read()
        return Loop(calls, time.perf_counter() - began)


async def behaves(provider: str, **scenario: Any) -> None:
    async with aiohttp.ClientSession() as http, http.post(f"{provider}/__fake__/scenario", json=scenario) as response:
        response.raise_for_status()


def failing(items: int, share: float, dice: random.Random) -> tuple[list[str], list[dict[str, Any]]]:
    """Prompts, and the provider's failures: as if each call failed with this chance."""
    prompts, failures = [], []
    for number in range(items):
        times = 0
        while dice.random() < share:
            times += 1
        prompts.append(f"Write a product text, number {number:06}")
        if times:
            failures.append({"match": prompts[-1], "status": 503, "times": times})
    return prompts, failures


async def bulk_run(origin: str, headers: Mapping[str, str], processes: Processes, prompts: Sequence[str]) -> Run:
    """All posted at once, a request for every 1,000; until all are over."""
    idle = _memory(processes)
    peak = [idle]
    watching = asyncio.create_task(_watch(processes, peak))
    async with aiohttp.ClientSession(headers=headers) as http:
        began = time.perf_counter()
        starts = range(0, len(prompts), ITEMS)
        posted = [await _post(http, origin, prompts[start : start + ITEMS]) for start in starts]
        batches = [batch for batch, _ in posted]
        while True:
            counts = [await _get(http, f"{origin}/v1/batches/{batch}") for batch in batches]
            if all(each["status"] != "processing" for each in counts):
                break
            if time.perf_counter() - began > _PATIENCE:
                raise SystemExit("the batches did not end")
            await asyncio.sleep(0.1)
        seconds = time.perf_counter() - began
        watching.cancel()
        errors = [await _errors(http, origin, batch) for batch in batches]
    total = Counter({name: sum(each[name] for each in counts) for name in ("completed", "failed", "cancelled")})
    return Run(len(prompts), [took for _, took in posted], seconds, idle, max(peak), total, sum(errors, Counter()))


async def _post(http: aiohttp.ClientSession, origin: str, prompts: Sequence[str]) -> tuple[str, float]:
    body = {"items": [{"prompt": prompt} for prompt in prompts]}
    began = time.perf_counter()
    async with http.post(f"{origin}/v1/generations/bulk", json=body) as response:
        if response.status != 202:
            raise SystemExit(await response.text())
        made = msgspec.json.decode(await response.read())
    return made["id"], time.perf_counter() - began


async def _errors(http: aiohttp.ClientSession, origin: str, batch: str) -> Counter[str]:
    found: Counter[str] = Counter()
    cursor = ""
    while True:
        page = await _get(http, f"{origin}/v1/batches/{batch}/jobs?status=failed&limit=200{cursor}")
        found.update((job["error"] or {}).get("code", "") for job in page["items"])
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def _get(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with http.get(url) as response:
        response.raise_for_status()
        found: dict[str, Any] = msgspec.json.decode(await response.read())
        return found


async def _watch(processes: Processes, peak: list[int]) -> None:
    while True:
        peak.append(_memory(processes))
        await asyncio.sleep(0.2)


def _memory(processes: Processes) -> int:
    return sum(processes.memory().values())
