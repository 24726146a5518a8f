"""Many clients who ask again and again how far their jobs are."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import msgspec

from bench.live.clients import Target
from bench.live.metering import Spent
from bench.live.reading import prompt_of
from bench.live.site import Site

EVERY = 3.0
"""Seconds between two polls of a client."""
POLLERS_OF_A_JOB = 2
PATIENCE = 60.0
"""Seconds until a job that has not begun is a fault."""
_AT_ONCE = 32


@dataclass(frozen=True)
class Polls:
    """What pollers saw, and what was spent on them."""

    pollers: int
    answers: Counter[int]
    """By HTTP status."""
    milliseconds: Sequence[float]
    spent: Spent


async def polled(site: Site, pollers: int, seconds: float) -> tuple[Polls, Polls]:
    """By clients who say what they have already, and then by clients who do not."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=site.pressroom.headers, connector=connector) as http:
        ids = await _submitted(http, site, pollers // POLLERS_OF_A_JOB)
        urls = [f"{site.pressroom.origin}/v1/jobs/{job_id}/progress" for job_id in ids] * POLLERS_OF_A_JOB
        tagged, untagged = [await Pollers(http, urls, tagged=tagged).poll(site, seconds) for tagged in (True, False)]
    return tagged, untagged


async def _submitted(http: aiohttp.ClientSession, site: Site, jobs: int) -> list[str]:
    """Jobs that the provider works on, all of them."""
    turns, deadline = asyncio.Semaphore(_AT_ONCE), time.monotonic() + PATIENCE
    target: Target = site.pressroom

    async def submitted(number: int) -> str:
        body = {"prompt": prompt_of(number)}
        async with turns, http.post(f"{target.origin}{target.path}", json=body) as response:
            response.raise_for_status()
            return str(msgspec.json.decode(await response.read())["id"])

    ids = await asyncio.gather(*map(submitted, range(jobs)))
    while await _under_way(http, site.provider) < jobs:
        if time.monotonic() > deadline:
            raise SystemExit("the jobs to poll do not begin")
        await asyncio.sleep(0.1)
    return ids


async def _under_way(http: aiohttp.ClientSession, provider: str) -> int:
    async with http.get(f"{provider}/__fake__/stats") as response:
        return int(msgspec.json.decode(await response.read())["in_flight"])


class Pollers:
    """One for each URL. `tagged`: they say what they have already."""

    def __init__(self, http: aiohttp.ClientSession, urls: Sequence[str], *, tagged: bool) -> None:
        self._http = http
        self._urls = urls
        self._tagged = tagged
        self._answers: Counter[int] = Counter()
        self._milliseconds: list[float] = []

    async def poll(self, site: Site, seconds: float) -> Polls:
        """They come spread over time, and again and again; their first round does not count."""
        begin, apart = time.monotonic(), EVERY / len(self._urls)
        polling = [asyncio.create_task(self._poll(url, begin + apart * n)) for n, url in enumerate(self._urls)]
        await asyncio.sleep(EVERY)
        self._answers.clear()
        self._milliseconds.clear()
        spent = await site.meter.over(seconds)
        polls = Polls(len(self._urls), self._answers.copy(), self._milliseconds[:], spent)
        for task in polling:
            task.cancel()
        await asyncio.gather(*polling, return_exceptions=True)
        return polls

    async def _poll(self, url: str, at: float) -> None:
        headers: dict[str, str] = {}
        while True:
            await asyncio.sleep(at - time.monotonic())
            began = time.perf_counter()
            async with self._http.get(url, headers=headers) as response:
                await response.read()
            self._milliseconds.append((time.perf_counter() - began) * 1000)
            self._answers[response.status] += 1
            if self._tagged:
                headers = {"If-None-Match": response.headers["ETag"]}
            at += EVERY
