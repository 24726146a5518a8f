"""Administrators that cancel and try again by filter, while everything else goes on."""

import asyncio
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from chaos.answers import AWAY, BulkAnswer
from chaos.plan import Bulk
from chaos.system import ChaosSystem
from integration.delivery.processes import PATIENCE

SECONDS = 10.0
"""That an answer may take, before it is asked again."""


async def act(system: ChaosSystem, bulk: Bulk) -> BulkAnswer:
    """Sent to the gateways in turn until one has answered. What was done unheard before is not counted."""
    await asyncio.sleep(bulk.after)
    deadline = time.monotonic() + PATIENCE
    for origin in itertools.cycle(system.origins):
        asked_at = datetime.now(UTC)
        wish = {"filter": _filter(bulk, asked_at)}
        answer = await _sent(system, origin, f"/v1/admin/jobs/{bulk.action}", wish)
        if answer is not None:
            return BulkAnswer(
                bulk=bulk,
                asked_at=asked_at,
                answered_at=datetime.now(UTC),
                matched=answer["matched"],
                done=answer["done"],
            )
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.3)
    raise AssertionError(f"after {PATIENCE:g} s no gateway has answered to {bulk}")


async def _sent(system: ChaosSystem, origin: str, path: str, wish: dict[str, Any]) -> dict[str, Any] | None:
    """None where the gateway, or its database, is away."""
    async with system.client(origin, admin=True) as http:
        try:
            answer = await http.post(path, json=wish, timeout=SECONDS)
        except httpx2.TransportError:
            return None
    if answer.status_code == AWAY:
        return None
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def _filter(bulk: Bulk, now: datetime) -> dict[str, Any]:
    made_from = now - timedelta(seconds=bulk.seconds)
    return {"tenant": bulk.tenant, "created_from": made_from.isoformat(), "created_to": now.isoformat()}
