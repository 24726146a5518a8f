"""Bulk requests and batches over HTTP. No worker runs here: what is out stays pending."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from integration.gateway.clients import Client, Clients, Tenant

BULK = "/v1/generations/bulk"
LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def items(count: int) -> list[dict[str, Any]]:
    return [{"prompt": f"Write about tea {number}"} for number in range(count)]


async def made(client: Client, wish: Any, **options: Any) -> dict[str, Any]:
    answer = await client.post(BULK, wish, **options)
    assert answer.status_code == 202, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


async def shown(client: Client, batch_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/batches/{batch_id}")
    assert answer.status_code == 200, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


async def test_a_thousand_items_stand_in_less_than_two_seconds(tenant: Tenant) -> None:
    client = await tenant.client()
    began = time.perf_counter()
    batch = await made(client, {"items": items(1000), "name": "Teas", "metadata": {"from": "a test"}})
    assert time.perf_counter() - began < 2
    assert (batch["status"], batch["total"], batch["errors"]) == ("processing", 1000, [])
    found = await shown(client, batch["id"])
    assert (found["total"], found["pending"], found["percent"], found["eta"]) == (1000, 1000, 0, None)
    assert (found["name"], found["metadata"]) == ("Teas", {"from": "a test"})
    listed = await client.get("/v1/jobs", batch=batch["id"], limit=3)
    assert [job["priority"] for job in listed.json()["items"]] == ["low"] * 3
    assert (await client.post(f"/v1/batches/{batch['id']}/cancel", None)).json()["matched"] == 1000


async def test_items_of_stored_prompts_and_pages_are_composed(tenant: Tenant) -> None:
    client = await tenant.client()
    prompt = await client.made("/v1/prompts", {"name": "P", "type": "text", "template": "About {{x}}"})
    pages = [
        await client.made("/v1/pages", {"url": f"https://example.com/{n}", "keyword": "tea", "language": "en"})
        for n in range(3)
    ]
    wish = [{"prompt_id": prompt["id"], "variables": {"x": 1}, "page_id": page["id"]} for page in pages]
    batch = await made(client, {"items": [*wish, {"prompt": "plain", "priority": "high", "run_at": LATER}]})
    jobs = (await client.get(f"/v1/batches/{batch['id']}/jobs")).json()["items"]
    assert [job["status"] for job in jobs] == ["scheduled", "pending", "pending", "pending"]
    assert [job["priority"] for job in jobs] == ["high", "low", "low", "low"]
    assert {job["batch_id"] for job in jobs} == {batch["id"]}


async def test_what_is_wrong_is_told_by_item_and_nothing_is_made(tenant: Tenant) -> None:
    client = await tenant.client()
    wrong: list[Any] = [
        {"prompt": " "},
        {"prompt": "x", "colour": "red"},
        {"prompt": "x", "execution_mode": "sync"},
        {"prompt_id": str(uuid4())},
        "text",
        {"prompt": "{{y}}", "variables": {"x": 1}},
    ]
    answer = await client.post(BULK, {"items": [{"prompt": "fine"}, *wrong]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    fields = [error["field"] for error in answer.json()["errors"]]
    expected = ["items.1.prompt", "items.2.colour", "items.3", "items.4", "items.5", "items.6.variables.y"]
    assert fields == expected
    assert (await client.get("/v1/batches")).json()["items"] == []


async def test_with_skip_the_sound_items_are_made_and_the_others_told(tenant: Tenant) -> None:
    client = await tenant.client()
    wish = [{"prompt": "a"}, {"prompt": ""}, {"prompt": "c", "name": "c", "depends_on": ["gone"]}]
    dependent = {"prompt": "d", "depends_on": ["c"]}
    batch = await made(client, {"items": [*wish, dependent], "on_error": "skip"})
    assert batch["total"] == 1
    assert [(error["index"], error["field"]) for error in batch["errors"]] == [
        (1, "items.1.prompt"),
        (2, "items.2.depends_on"),
        (3, "items.3.depends_on"),
    ]
    assert len((await shown(client, batch["id"]))["errors"]) == 3


async def test_who_depends_on_an_item_that_cannot_be_read_is_told_that_this_one_is_wrong(tenant: Tenant) -> None:
    client = await tenant.client()
    wish = [
        {"prompt": "", "name": "a"},
        {"prompt": "x", "depends_on": ["a"]},
        {"prompt": "{{t}}", "name": "c", "variables": {"t": {"from": "a"}}},
        {"prompt": "{{t}}", "variables": {"t": {"from": "c"}}},
        {"prompt": "{{t}}", "variables": {"t": {"from": "gone"}}},
        {"prompt": "fine"},
    ]
    batch = await made(client, {"items": wish, "on_error": "skip"})
    assert batch["total"] == 1
    assert [(error["field"], error["message"]) for error in batch["errors"]] == [
        ("items.0.prompt", "must not be blank"),
        ("items.1.depends_on", "depends on a, which is wrong itself"),
        ("items.2.variables.t", "depends on a, which is wrong itself"),
        ("items.3.variables.t", "depends on c, which is wrong itself"),
        ("items.4.variables.t", "there is no item with the name gone"),
    ]


async def test_lines_are_items(tenant: Tenant) -> None:
    client = await tenant.client()
    body = "\n".join([json.dumps({"prompt": "a"}), "", "{", json.dumps({"prompt": "b"}), ""])
    headers = {"Content-Type": "application/x-ndjson"}
    refused = await client.send("POST", BULK, content=body, headers=headers)
    assert [error["field"] for error in refused.json()["errors"]] == ["items.1"]
    path = f"{BULK}?on_error=skip&name=Lines&priority=high"
    taken = await client.send("POST", path, content=body, headers=headers)
    assert (taken.status_code, taken.json()["total"]) == (202, 2), taken.text
    assert (await shown(client, taken.json()["id"]))["name"] == "Lines"


@pytest.mark.parametrize("wish", [{"items": []}, {}, [], {"items": items(1001)}, {"items": items(1), "x": 1}])
async def test_a_request_that_is_no_bulk_is_refused(tenant: Tenant, wish: Any) -> None:
    client = await tenant.client()
    answer = await client.post(BULK, wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_bulk_may_be_larger_than_other_requests_and_not_endless(tenant: Tenant) -> None:
    client = await tenant.client()
    assert (await client.post(BULK, {"items": [{"prompt": "x" * 99_000}] * 20})).status_code == 202
    assert (await client.post(BULK, {"items": [{"prompt": "x" * 99_000}] * 110})).status_code == 413
    assert (await client.post("/v1/generations", {"prompt": "x" * 1_100_000})).status_code == 413
    fits = {"prompt": "{{a}}{{a}}{{a}}", "variables": {"a": "x" * 90_000}}
    assert (await client.post(BULK, {"items": [fits] * 60})).status_code == 413


async def test_a_repeated_request_makes_no_second_batch(tenant: Tenant) -> None:
    client = await tenant.client()
    headers = {"Idempotency-Key": "one"}
    wish = {"items": [{"prompt": "a"}, {"prompt": ""}], "on_error": "skip"}
    first, *others = await asyncio.gather(*(made(client, wish, headers=headers) for _ in range(5)))
    assert all(other == first for other in others)
    changed = await client.post(BULK, {"items": items(2)}, headers=headers)
    assert (changed.status_code, changed.json()["code"]) == (409, "idempotency_mismatch")
    assert len((await client.get("/v1/batches")).json()["items"]) == 1


async def test_keys_of_bulk_requests_and_of_single_jobs_are_apart(tenant: Tenant) -> None:
    client = await tenant.client()
    headers = {"Idempotency-Key": "one"}
    batch = await made(client, {"items": items(1)}, headers=headers)
    single = await client.post("/v1/generations", {"prompt": "a"}, headers=headers)
    assert single.status_code == 202
    assert (await made(client, {"items": items(1)}, headers=headers))["id"] == batch["id"]
    article = await client.post("/v1/articles", {"topic": "tea"}, headers=headers)
    assert (article.status_code, article.json()["code"]) == (409, "idempotency_mismatch")


async def test_a_cycle_is_refused_by_its_names(tenant: Tenant) -> None:
    client = await tenant.client()
    wish = [
        {"prompt": "x", "name": "a", "depends_on": ["b"]},
        {"prompt": "{{t}}", "name": "b", "variables": {"t": {"from": "a"}}},
    ]
    answer = await client.post(BULK, {"items": wish})
    assert "a → b → a" in answer.json()["errors"][0]["message"]


async def test_the_graph_shows_what_waits_for_what(tenant: Tenant) -> None:
    client = await tenant.client()
    wish = [
        {"prompt": "x", "name": "a"},
        {"prompt": "{{t}}", "name": "b", "variables": {"t": {"from": "a"}}, "on_failure": "skip"},
    ]
    batch = await made(client, {"items": wish})
    graph = (await client.get(f"/v1/batches/{batch['id']}/graph")).json()
    by_name = {node["name"]: node for node in graph["nodes"]}
    assert {name: node["status"] for name, node in by_name.items()} == {"a": "pending", "b": "blocked"}
    assert graph["edges"] == [{"from": by_name["a"]["id"], "to": by_name["b"]["id"]}]
    why = (await client.get(f"/v1/jobs/{by_name['b']['id']}/why")).json()["reasons"]
    assert (why[0]["code"], why[0]["detail"]) == ("dependency", "It depends on a.")
    assert (await shown(client, batch["id"]))["blocked"] == 1


async def test_a_cancelled_batch_is_cancelled_as_a_whole_and_told_live(tenant: Tenant) -> None:
    client = await tenant.client()
    wish = [{"prompt": "x", "name": f"n{n}", "run_at": LATER} for n in range(3)]
    wish.append({"prompt": "x", "depends_on": ["n0", "n1"]})
    batch = await made(client, {"items": wish})
    events: list[tuple[str, dict[str, Any]]] = []

    async def listen() -> None:
        path, headers = f"/v1/batches/{batch['id']}/events", {"Authorization": f"Bearer {client.key}"}
        async with client.http.stream("GET", path, headers=headers) as response:
            name = ""
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    events.append((name, json.loads(line[6:])))

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.5)
    done = (await client.post(f"/v1/batches/{batch['id']}/cancel", None)).json()
    assert done == {"matched": 4, "done": 4}
    await asyncio.wait_for(listening, 10)
    assert events[0][0] == "progress"
    assert (events[0][1]["blocked"], events[0][1]["pending"]) == (1, 3)
    assert (events[-1][0], events[-1][1]["cancelled"], events[-1][1]["status"]) == ("result", 4, "cancelled")
    assert [name for name, _ in events].count("result") == 1
    over = await shown(client, batch["id"])
    assert (over["status"], over["percent"], over["completed_at"] is not None) == ("cancelled", 100, True)


async def test_another_tenants_batch_does_not_exist(tenant: Tenant, clients: Clients) -> None:
    client, stranger = await tenant.client(), await (await clients.tenant()).client()
    batch = await made(client, {"items": items(1)})
    for path in ("", "/jobs", "/graph", "/events"):
        assert (await stranger.get(f"/v1/batches/{batch['id']}{path}")).status_code == 404
    for path in ("/cancel", "/retry-failed"):
        assert (await stranger.post(f"/v1/batches/{batch['id']}{path}", None)).status_code == 404
    assert (await stranger.get("/v1/jobs", batch=batch["id"])).json()["items"] == []
