"""Five hundred who wait for their texts hold no connection to the database, and are in nobody's way."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import httpx2

from integration.delivery.processes import eventually
from integration.live.stage import CROWD, NOW, SOON, Stage
from integration.live.test_live_polling import held

QUICK_SECONDS = 0.5
"""The median of others, on a machine that other tests may share."""


@asynccontextmanager
async def many_connections(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the second gateway, as many as come."""
    async with stage.at(1) as known:
        headers = {"Authorization": known.headers["Authorization"]}
    limits = httpx2.Limits(max_connections=2 * CROWD)
    async with httpx2.AsyncClient(base_url=stage.origins[1], headers=headers, timeout=60, limits=limits) as client:
        yield client


async def waiting(stage: Stage) -> float:
    async with httpx2.AsyncClient() as client:
        shown = (await client.get(f"http://127.0.0.1:{stage.second_port}/metrics")).text
    found = re.search(r"^pressroom_sync_requests_waiting (\S+)$", shown, re.MULTILINE)
    assert found
    return float(found[1])


async def others(client: httpx2.AsyncClient, crowd: asyncio.Future[list[httpx2.Response]]) -> list[float]:
    """What they do, and for how many seconds, as long as the crowd waits."""
    seconds: list[float] = []
    while not crowd.done():
        began = time.monotonic()
        made = await client.post("/v1/generations", json={"prompt": "Write about rain"})
        shown = await client.get(made.headers["Location"])
        assert (made.status_code, shown.status_code) == (202, 200)
        seconds.append((time.monotonic() - began) / 2)
        await asyncio.sleep(0.1)
    return seconds


async def test_five_hundred_wait_for_their_texts_and_the_others_do_not(stage: Stage) -> None:
    await stage.writes(tokens=5, latency_ms=2000)
    async with many_connections(stage) as client:
        async with held(stage, "high"):
            crowd = asyncio.gather(*(client.post("/v1/generations", json=NOW) for _ in range(CROWD)))

            async def all_wait() -> bool:
                return await waiting(stage) == CROWD

            await eventually(all_wait, f"{CROWD} wait", SOON)
            beside = asyncio.create_task(others(client, crowd))
            await asyncio.sleep(1)
        answers = await crowd
        seconds = await beside
        assert await waiting(stage) == 0
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json()["content"] for answer in answers)
    assert len({answer.json()["id"] for answer in answers}) == CROWD
    assert len(seconds) > 5
    assert median(seconds) < QUICK_SECONDS, seconds
