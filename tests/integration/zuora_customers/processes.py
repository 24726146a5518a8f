"""The service and its commands as processes, as an operator starts them. What they say goes to one file."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from integration.zuora_customers.desk import TOKEN_SECRET, key_settings
from pressroom_devstack.ports import any_free_port


class Operator:
    def __init__(self, database_url: str, amqp_url: str, log: Path) -> None:
        self._env = {"DATABASE_URL": database_url, "AMQP_URL": amqp_url, "SERVICE_TOKEN_SECRET": TOKEN_SECRET}
        self.log = log

    async def call(self, *arguments: str, current: str) -> int:
        """A command with this key; its exit code."""
        return await (await self._started(*arguments, current=current)).wait()

    @asynccontextmanager
    async def serving(self, current: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A service with this key, ready."""
        port = any_free_port()
        process = await self._started(current=current, INTERNAL_PORT=str(port), LOG_LEVEL="DEBUG")
        try:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
                await _ready(http)
                yield http
        finally:
            process.terminate()
            code = await process.wait()
        assert code == 0

    async def _started(self, *arguments: str, current: str, **settings: str) -> asyncio.subprocess.Process:
        keys = {name.upper(): value for name, value in key_settings(current).items()}
        own = {f"ZUORA_SYNC_{name}": value for name, value in {**self._env, **keys, **settings}.items()}
        command = (sys.executable, "-m", "pressroom_zuora_sync", *arguments)
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(*command, env={**os.environ, **own}, stdout=log, stderr=log)


async def _ready(http: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while not await _is_ready(http):  # noqa: ASYNC110 - another process cannot set an event
            await asyncio.sleep(0.1)


async def _is_ready(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx2.TransportError:
        return False
