"""What it is measured beside: one call after another, one statement for each row."""

import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import asyncpg
import msgspec

_TABLES = """
CREATE TABLE plain_workflows (zuora_id bigint PRIMARY KEY, name text, status text, export jsonb);
CREATE TABLE plain_tasks (zuora_task_id bigint PRIMARY KEY, zuora_id bigint, name text, type text, details jsonb);
"""
_WORKFLOW = """INSERT INTO plain_workflows VALUES ($1, $2, $3, $4)
ON CONFLICT (zuora_id) DO UPDATE SET name = excluded.name, status = excluded.status, export = excluded.export"""
_TASK = """INSERT INTO plain_tasks VALUES ($1, $2, $3, $4, $5) ON CONFLICT (zuora_task_id) DO UPDATE
SET zuora_id = excluded.zuora_id, name = excluded.name, type = excluded.type, details = excluded.details"""


@dataclass(frozen=True)
class Plain:
    workflows: int
    seconds: float

    @property
    def each(self) -> float:
        return self.seconds / self.workflows


async def synced(origin: str, client_id: str, database_url: str) -> Plain:
    """Every workflow of the account."""
    rows = await asyncpg.connect(database_url)
    async with aiohttp.ClientSession(origin) as http:
        try:
            await rows.execute(_TABLES)
            began = time.perf_counter()
            form = {"client_id": client_id, "client_secret": "fake", "grant_type": "client_credentials"}
            async with http.post("/oauth/token", data=form) as response:
                token = (await response.json())["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            listed = await _listed(http)
            for workflow in listed:
                await _store(rows, workflow, await _get(http, f"/workflows/{workflow['id']}/export"))
            return Plain(len(listed), time.perf_counter() - began)
        finally:
            await rows.close()


async def _listed(http: aiohttp.ClientSession) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"pagination": {"next_page": "first"}}
    number = 0
    while page["pagination"]["next_page"]:
        number += 1
        page = await _get(http, f"/workflows?page={number}&page_length=50")
        found += page["data"]
    return found


async def _store(rows: asyncpg.Connection, workflow: dict[str, Any], export: dict[str, Any]) -> None:
    id_, told = workflow["id"], msgspec.json.encode(export).decode()
    await rows.execute(_WORKFLOW, id_, workflow["name"], workflow["status"], told)
    for task in export["tasks"]:
        details = msgspec.json.encode(task).decode()
        await rows.execute(_TASK, task["id"], id_, task["name"], task["action_type"], details)


async def _get(http: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with http.get(path) as response:
        response.raise_for_status()
        found: dict[str, Any] = await response.json()
        return found
