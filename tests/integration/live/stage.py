"""Two gateways, a generator and a provider that writes at a pace, and clients who read streams as they come."""

import asyncio
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx2
from pydantic import SecretStr

from integration.delivery.processes import Process, eventually
from integration.delivery.system import SECRETS, System
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port
from pressroom_gateway.operator_commands import create_key
from pressroom_gateway.settings import KeySettings
from unit.live.reading import Event, Reader

CROWD = 500
SOON = 20.0
"""Seconds: other tests may share the machine."""
NOW = {"prompt": "Write about tea", "execution_mode": "sync"}
EVENT_STREAM = {"Accept": "text/event-stream"}


class Stage(System):
    """It goes on from test to test."""

    def __init__(self, servers: Infrastructure, folder: Path) -> None:
        super().__init__(servers, folder)
        self.second: Process
        """It lets a crowd wait, on ten connections to the database."""
        self.second_port = any_free_port()
        """Of its metrics."""
        self.origins = [self.origin]
        self.stranger_key = ""

    async def start(self) -> None:
        await super().start()
        numbers = {"sync_requests_per_tenant": 2 * CROWD, "sync_requests": 2 * CROWD, "database_pool": 10}
        (self.second, origin), _ = await asyncio.gather(
            self.start_gateway("gateway-2", "pressroom_gateway", internal_port=self.second_port, **numbers),
            self.start_worker(slots_high=CROWD),
        )
        self.origins.append(origin)
        self.stranger_key = await self.new_key("stranger", "editor")

    async def writes(self, tokens: int = 40, per_second: float | None = 40, **scenario: Any) -> None:
        """From the next call on the provider writes so many tokens at this pace."""
        await self.provider.behaves(tokens=tokens, tokens_per_second=per_second, latency_jitter=0, **scenario)

    async def new_key(self, tenant: str, role: str, name: str = "another") -> str:
        settings = KeySettings(
            database_url=SecretStr(self._service_url("gateway")), key_pepper=SecretStr(SECRETS["key_pepper"])
        )
        wish = Namespace(tenant=tenant, tenant_name=tenant.title(), role=role, name=name, days=None)
        return await asyncio.to_thread(create_key, settings, wish)

    def at(self, gateway: int, key: str | None = None) -> httpx2.AsyncClient:
        """A client at the first (0) or the second (1) gateway."""
        client = self.client(self.origins[gateway])
        if key is not None:
            client.headers["Authorization"] = f"Bearer {key}"
        return client

    async def again(self) -> None:
        """The second gateway once more, where it ended."""
        self.second.start()
        await self.second.is_ready()

    async def wrote(self, job_ids: Sequence[UUID]) -> list[str]:
        """What is stored of them."""
        return [(await self.shown(job_id))["content"] for job_id in job_ids]


class Stream:
    """One answer, read in the background. `reader` is of the client, who may have read other streams before."""

    def __init__(self, answer: httpx2.Response, reader: Reader) -> None:
        self.answer = answer
        self.reader = reader
        self.comments = 0
        self.finished = False
        """Whether the server ended it in order, and no connection broke."""
        self._before = len(reader.events)
        self._heard = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    @property
    def events(self) -> list[Event]:
        """Of this stream alone."""
        return self.reader.events[self._before :]

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def job_id(self) -> UUID:
        """Where a sync request made it."""
        return UUID(self.answer.headers["Location"].rpartition("/")[2])

    async def has(self, name: str, count: int = 1) -> None:
        """Wait until so many of these have come."""
        try:
            async with asyncio.timeout(SOON):
                while self.names.count(name) < count and not self._task.done():
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            pass
        assert self.names.count(name) >= count, f"not {count} x {name}, but {self.names}"

    async def ended(self) -> Event:
        """Wait for the end; its last event."""
        async with asyncio.timeout(SOON):
            await self._task
        return self.events[-1]

    async def _read(self) -> None:
        rest = b""
        try:
            async for piece in self.answer.aiter_bytes():
                *blocks, rest = (rest + piece).split(b"\n\n")
                for block in blocks:
                    self._take(block)
            self.finished = True
        finally:
            self._heard.set()

    def _take(self, block: bytes) -> None:
        if block.startswith(b"id: "):
            self.reader.take(block + b"\n\n")
            self._heard.set()
        elif block.startswith(b":"):
            self.comments += 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The client goes."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@asynccontextmanager
async def watching(client: httpx2.AsyncClient, job_id: UUID, reader: Reader | None = None) -> AsyncIterator[Stream]:
    """`/events`; a reader that has read before goes on where it was."""
    reader = reader or Reader()
    headers = {} if reader.last_id is None else {"Last-Event-ID": reader.last_id}
    async with (
        client.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as answer,
        Stream(answer, reader) as stream,
    ):
        assert answer.status_code == 200
        yield stream


@asynccontextmanager
async def generating(
    client: httpx2.AsyncClient, wait: float | None = None, reader: Reader | None = None, **wish: Any
) -> AsyncIterator[Stream]:
    """A streamed request in sync mode."""
    headers = EVENT_STREAM | ({} if wait is None else {"Prefer": f"wait={wait:g}"})
    async with (
        client.stream("POST", "/v1/generations", json=NOW | wish, headers=headers) as answer,
        Stream(answer, reader or Reader()) as stream,
    ):
        assert answer.status_code == 200
        yield stream


async def progress(client: httpx2.AsyncClient, job_id: UUID, tag: str | None = None) -> httpx2.Response:
    headers = {} if tag is None else {"If-None-Match": tag}
    return await client.get(f"/v1/jobs/{job_id}/progress", headers=headers)


async def shows(client: httpx2.AsyncClient, job_id: UUID, code: str) -> None:
    """Wait until the poller is told so."""

    async def is_told() -> bool:
        return bool((await progress(client, job_id)).json()["message_code"] == code)

    await eventually(is_told, f"the progress of {job_id} is {code}", SOON)


async def timed(request: Any) -> tuple[float, httpx2.Response]:
    """Seconds, and the answer."""
    began = time.monotonic()
    answer = await request
    return time.monotonic() - began, answer
