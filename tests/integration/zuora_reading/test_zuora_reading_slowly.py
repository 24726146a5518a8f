"""Readers that do not read, and callers that hang up."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.types import Message

from integration.zuora_reading.shelf import SECRET, Reader, Shelf
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_zuora_sync.reading import outgoing
from pressroom_zuora_sync.reading.repository import PostgresStored

LARGE = 500_000
TASK = {"id": 1, "name": "A", "action_type": "Callout", "note": "x" * LARGE}


class Standing:
    """A reader who takes the first bytes of an answer and no more."""

    def __init__(self, app: FastAPI, tenant_id: UUID, path: str, query: bytes = b"") -> None:
        self.begun = asyncio.Event()
        self.status = 0
        self._gone = asyncio.Event()
        token = sign(ServiceToken("gateway", "zuora-sync", str(tenant_id), "tenant-admin"), SECRET)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": "GET",
            "path": f"/internal{path}",
            "raw_path": path.encode(),
            "query_string": query,
            "headers": [(b"authorization", f"Bearer {token}".encode())],
        }
        self._asking = asyncio.create_task(app(scope, self._receive, self._send))

    async def hangs_up(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self._asking, 5)

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.begun.set()
        self.status = message.get("status", self.status)
        if message["type"] == "http.response.body" and not self._gone.is_set():
            await asyncio.Future()


@pytest.mark.parametrize("query", [b"", b"secrets=true"])
async def test_what_is_not_read_counts_as_memory_until_the_reader_is_gone(
    shelf: Shelf, app: FastAPI, reader: Reader, stranger: Reader, monkeypatch: pytest.MonkeyPatch, query: bytes
):
    monkeypatch.setattr(outgoing, "SHARE", LARGE + 1000)
    monkeypatch.setattr(outgoing, "PATIENCE", 0.2)
    workflow = await shelf.workflow(await shelf.environment(), "Large", [TASK])
    path = f"/workflows/{workflow}/export"
    standing = Standing(app, shelf.tenant_id, path, query)
    await standing.begun.wait()
    for refused in (path, "/exports"):
        assert await reader.refusal(refused) == (429, "rate_limited")
    assert (await reader.get(f"/workflows/{workflow}")).status_code == 200
    assert (await stranger.get("/exports")).status_code == 200
    await standing.hangs_up()
    assert len((await reader.get(path)).content) > LARGE


@pytest.mark.parametrize("path", ["/lint", "/exports?secrets=true"])
async def test_who_hangs_up_in_line_leaves_it_and_no_export_is_opened(
    shelf: Shelf, app: FastAPI, admin: Reader, monkeypatch: pytest.MonkeyPatch, path: str
):
    opened, go_on = asyncio.Queue[str](), asyncio.Event()
    real = PostgresStored.sealed

    async def slowly(stored: PostgresStored, *asked: Any) -> Any:
        opened.put_nowait(path)
        await go_on.wait()
        return await real(stored, *asked)

    monkeypatch.setattr(PostgresStored, "sealed", slowly)
    await shelf.workflow(await shelf.environment(), "Bills", [TASK])
    at_work = asyncio.create_task(admin.get(path))
    await asyncio.wait_for(opened.get(), 5)
    place, _, query = path.partition("?")
    in_line = Standing(app, shelf.tenant_id, place, query.encode())
    await asyncio.sleep(0.1)
    await in_line.hangs_up()
    go_on.set()
    assert (await at_work).status_code == 200
    assert (in_line.status, opened.empty()) == (499, True)
