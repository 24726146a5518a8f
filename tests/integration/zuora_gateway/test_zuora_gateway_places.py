"""Two tenants, one of whom asks for much: who waits for whom."""

import asyncio
import time
from collections import Counter
from uuid import uuid4

from integration.gateway.clients import Clients
from integration.zuora_gateway.zuora_sync_double import ZuoraSyncDouble

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


async def test_a_deletion_may_take_longer_than_what_answers_soon(clients: Clients, zuora_sync: ZuoraSyncDouble):
    """Six times as long: what belongs to an environment goes with it."""
    admin = await (await clients.tenant()).client("tenant-admin")
    environment = uuid4()
    zuora_sync.answers[f"DELETE /environments/{environment}"] = (204, b"")
    zuora_sync.delay = 2.0
    assert (await admin.delete(f"/v1/zuora/environments/{environment}")).status_code == 204
