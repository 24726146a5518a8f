"""Single jobs of a client, from their submission to the answer that says completed."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import asyncpg
import msgspec

from pressroom_common.contracts import Lane
from pressroom_gateway.migrations import SCHEMA

POLL_SECONDS = 0.01
PATIENCE = 60.0
"""Seconds until a job that is not completed is a fault."""
_WAITING = "SELECT count(*) FROM jobs WHERE place = 'wanted'"


@dataclass(frozen=True)
class Probe:
    """Milliseconds from submission to completion, and how many jobs waited when it was submitted."""

    milliseconds: float
    waiting: int


class Prober:
    """One after the other, so that each finds the tenant without another job of the kind."""

    def __init__(self, origin: str, ledger: asyncpg.Connection) -> None:
        self._url = f"{origin}/v1/generations"
        self._ledger = ledger

    @classmethod
    @asynccontextmanager
    async def open(cls, origin: str, ledger_url: str) -> AsyncIterator["Prober"]:
        ledger = await asyncpg.connect(ledger_url, server_settings={"search_path": SCHEMA.name})
        try:
            yield cls(origin, ledger)
        finally:
            await ledger.close()

    async def waiting(self) -> int:
        """Jobs that wait for a place."""
        return int(await self._ledger.fetchval(_WAITING))

    async def probe(self, headers: Mapping[str, str], lane: Lane, count: int) -> list[Probe]:
        async with aiohttp.ClientSession(headers=headers) as http:
            return [await self._probe(http, lane) for _ in range(count)]

    async def _probe(self, http: aiohttp.ClientSession, lane: Lane) -> Probe:
        waiting = await self.waiting()
        began = time.perf_counter()
        body = {"prompt": "Write a product text for a steel water bottle", "priority": lane}
        async with http.post(self._url, json=body) as response:
            response.raise_for_status()
            job_id = msgspec.json.decode(await response.read())["id"]
        while (status := await self._status(http, job_id)) != "completed":
            if status == "failed" or time.perf_counter() > began + PATIENCE:
                raise SystemExit(f"job {job_id} is {status}")
            await asyncio.sleep(POLL_SECONDS)
        return Probe((time.perf_counter() - began) * 1000, waiting)

    async def _status(self, http: aiohttp.ClientSession, job_id: str) -> str:
        async with http.get(f"{self._url}/{job_id}") as response:
            return str(msgspec.json.decode(await response.read())["status"])
