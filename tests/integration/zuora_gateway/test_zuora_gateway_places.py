"""Two tenants, one of whom asks for much: who waits for whom."""

import asyncio
import time
from collections import Counter
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from integration.gateway.clients import Clients
from integration.zuora_gateway.conftest import serving
from integration.zuora_gateway.zuora_sync_double import ZuoraSyncDouble
from pressroom_gateway.main import create_app
from pressroom_gateway.settings import Settings
from pressroom_gateway.zuora import workflows_http

REPLICAS = 2
OPENING = 8
"""Requests of a tenant that open exports, at once at a gateway."""


async def test_a_tenant_that_asks_for_much_takes_no_connection_of_another(
    clients: Clients, zuora_sync: ZuoraSyncDouble
):
    busy, other = [await (await clients.tenant()).client("viewer") for _ in range(2)]
    zuora_sync.answers["GET /workflows"] = (200, {"items": [], "next_cursor": None})
    zuora_sync.delay, zuora_sync.delayed = 2.0, "/lint"
    asked = [asyncio.create_task(busy.get("/v1/zuora/lint")) for _ in range(150)]
    await asyncio.sleep(0.5)
    for client in (other, busy):
        began = time.monotonic()
        assert (await client.get("/v1/zuora/workflows")).status_code == 200
        assert time.monotonic() - began < 1
    answers = await asyncio.gather(*asked)
    assert zuora_sync.most_at_once <= REPLICAS * OPENING
    told = Counter(answer.status_code for answer in answers)
    assert told[429] >= 150 - 3 * REPLICAS * OPENING
    assert set(told) == {404, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], int(refused.headers["retry-after"])) == ("rate_limited", 5)
    assert "open at once" in refused.json()["detail"]


async def test_a_client_that_lets_an_export_lie_is_cut_off(
    clients: Clients,
    zuora_sync: ZuoraSyncDouble,
    zuora_gateway_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
):
    """More than the buffers between the two take."""
    monkeypatch.setattr(workflows_http, "GRACE", 0.5)
    key = (await (await clients.tenant()).key("viewer"))["key"]
    path, size = f"/workflows/{uuid4()}/export", 40_000_000
    zuora_sync.answers[f"GET {path}"] = (200, b"x" * size)
    async with serving(create_app(zuora_gateway_settings).public) as origin:
        address = urlsplit(origin)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
        writer.write(f"GET /v1/zuora{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        assert b"200" in await reader.readline()
        await asyncio.sleep(2)
        got = 0
        while piece := await asyncio.wait_for(reader.read(1_000_000), 5):
            got += len(piece)
        writer.close()
    assert 0 < got < size


async def test_a_deletion_may_take_longer_than_what_answers_soon(clients: Clients, zuora_sync: ZuoraSyncDouble):
    """Six times as long: what belongs to an environment goes with it."""
    admin = await (await clients.tenant()).client("tenant-admin")
    environment = uuid4()
    zuora_sync.answers[f"DELETE /environments/{environment}"] = (204, b"")
    zuora_sync.delay = 2.0
    assert (await admin.delete(f"/v1/zuora/environments/{environment}")).status_code == 204
