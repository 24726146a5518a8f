"""What the audit keeps, looked at through the API and behind it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from integration.gateway.clients import Client, Clients, Tenant

HERE = "127.0.0.1"


async def entries(clients: Clients, **query: Any) -> list[dict[str, Any]]:
    answer = await clients.admin.get("/v1/admin/audit", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def manager(tenant: Tenant) -> tuple[Client, str]:
    """A tenant-admin's client, and its key's id."""
    made = await tenant.key("tenant-admin")
    return tenant.with_key(made["key"]), made["id"]


async def test_a_call_is_recorded_with_who_what_where_and_how_it_ended(clients: Clients, tenant: Tenant) -> None:
    client, key_id = await manager(tenant)
    answer = await client.post(
        "/v1/api-keys",
        {"name": "website", "role": "editor", "scopes": ["jobs:read"]},
        headers={"User-Agent": "audit-test/1", "X-Request-ID": "audit.1"},
    )
    [entry] = await entries(clients, who=key_id)
    made = answer.json()
    assert entry["action"] == "POST /v1/api-keys"
    assert (entry["key_id"], entry["tenant_id"]) == (key_id, made["tenant_id"])
    assert entry["created_by"] == "key:a tenant-admin"
    assert (entry["status"], entry["address"], entry["user_agent"]) == (201, HERE, "audit-test/1")
    assert (entry["request_id"], entry["path_params"], entry["query"]) == ("audit.1", {}, {})
    assert entry["fields"] == ["name", "role", "scopes"]
    assert entry["details"] == {
        "name": "website",
        "role": "editor",
        "scopes": ["jobs:read"],
        "expires_at": None,
        "id": made["id"],
        "prefix": made["prefix"],
        "tenant_id": made["tenant_id"],
    }
    assert datetime.now(UTC) - datetime.fromisoformat(entry["at"]) < timedelta(minutes=1)


async def test_it_is_there_before_the_answer_is(clients: Clients, tenant: Tenant, stored: Any) -> None:
    client, key_id = await manager(tenant)
    for count in range(1, 6):
        await client.post("/v1/api-keys", {"name": f"n{count}", "role": "viewer"})
        row = await stored("SELECT count(*) AS n FROM gateway.audit WHERE key_id = $1", key_id)
        assert row["n"] == count


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/admin/tenants", {"slug": "mine", "name": "Mine"}, 403),
        ("DELETE", f"/v1/admin/api-keys/{uuid4()}", None, 403),
        ("POST", "/v1/api-keys", {"name": "n", "role": "super-admin"}, 403),
        ("POST", "/v1/api-keys", {"name": "n", "role": "king"}, 422),
        ("DELETE", f"/v1/api-keys/{uuid4()}", None, 404),
    ],
)
async def test_what_was_refused_is_recorded_too(
    clients: Clients, tenant: Tenant, method: str, path: str, body: Any, status: int
) -> None:
    client, key_id = await manager(tenant)
    assert (await client.send(method, path, body)).status_code == status
    [entry] = await entries(clients, who=key_id)
    assert (entry["status"], entry["action"].partition(" ")[0]) == (status, method)
    assert entry["fields"] == sorted(body or {})


async def test_reads_and_unknown_callers_are_not_recorded(clients: Clients, tenant: Tenant, stored: Any) -> None:
    client, key_id = await manager(tenant)
    await client.get("/v1/api-keys")
    before = await stored("SELECT count(*) AS n FROM gateway.audit")
    assert (await clients.anonymous.post("/v1/admin/tenants", json={})).status_code == 401
    assert await stored("SELECT count(*) AS n FROM gateway.audit") == before
    assert await entries(clients, who=key_id) == []


async def test_no_secret_gets_into_the_audit_or_the_log(
    clients: Clients, tenant: Tenant, stored: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """Wherever a client puts one: a body, a name, an address, a query, a header."""
    client, key_id = await manager(tenant)
    other = (await tenant.key("viewer"))["key"]
    secret = other.split("_", 2)[2]
    mine = client.key.split("_", 2)[2]
    made = await client.post("/v1/api-keys", {"name": f"for {other}", "role": "viewer"})
    await client.post("/v1/api-keys", {"name": "n", "role": "viewer", other: other, "password": "hunter2"})
    await client.delete(f"/v1/api-keys/{other}")
    await client.send("DELETE", f"/v1/api-keys/{uuid4()}?token=hunter2&limit={other}")
    await client.send("POST", "/v1/api-keys", {"name": "n", "role": "viewer"}, headers={"User-Agent": other})
    await client.send("POST", "/v1/api-keys", {"name": "n", "role": "viewer"}, headers={"X-Request-ID": other})
    kept = await stored(
        "SELECT string_agg(audit::text, ' ') AS text, count(*) AS n FROM gateway.audit WHERE key_id = $1", key_id
    )
    assert kept["n"] == 6
    told = kept["text"] + "".join(capfd.readouterr())
    for hidden in (secret, mine, made.json()["key"].split("_", 2)[2], "hunter2", "password"):
        assert hidden not in told


async def test_what_the_database_cannot_hold_is_replaced(clients: Clients, tenant: Tenant) -> None:
    client, key_id = await manager(tenant)
    await client.delete("/v1/api-keys/a%00b")
    [entry] = await entries(clients, who=key_id)
    assert entry["path_params"] == {"key_id": "a\ufffdb"}


async def test_it_is_listed_newest_first_page_by_page(clients: Clients, tenant: Tenant) -> None:
    client, key_id = await manager(tenant)
    for number in range(3):
        await client.post("/v1/api-keys", {"name": f"n{number}", "role": "viewer"})
    first = (await clients.admin.get("/v1/admin/audit", who=key_id, limit=2)).json()
    second = await entries(clients, who=key_id, limit=2, cursor=first["next_cursor"])
    assert [entry["details"]["name"] for entry in [*first["items"], *second]] == ["n2", "n1", "n0"]


async def test_it_is_filtered_by_who_action_and_time(clients: Clients, tenant: Tenant) -> None:
    made = await tenant.key("tenant-admin", name=f"boss {uuid4().hex}")
    client = tenant.with_key(made["key"])
    key = (await client.post("/v1/api-keys", {"name": "n", "role": "viewer"})).json()
    await client.delete(f"/v1/api-keys/{key['id']}")
    for who in (made["id"], made["name"], f"key:{made['name']}", made["tenant_id"]):
        assert [entry["status"] for entry in await entries(clients, who=who)] == [204, 201], who
    [deleted] = await entries(clients, who=made["id"], action="DELETE /v1/api-keys")
    assert deleted["path_params"] == {"key_id": key["id"]}
    assert [e["id"] for e in await entries(clients, who=made["id"], **{"from": deleted["at"]})] == [deleted["id"]]
    earlier = await entries(clients, who=made["id"], to=deleted["at"])
    assert [re.sub(" .*", "", entry["action"]) for entry in earlier] == ["POST"]
    assert await entries(clients, who="nobody at all") == []


@pytest.mark.parametrize("action", ["lanes", "lanes/low/pause", "POST /v1/admin/lanes/low", "{what}/{name}/pause"])
async def test_an_action_is_found_by_what_was_called_and_by_its_route(clients: Clients, action: str) -> None:
    began = datetime.now(UTC).isoformat()
    await clients.admin.post("/v1/admin/lanes/low/pause", None)
    await clients.admin.post("/v1/admin/lanes/low/resume", None)
    found = await entries(clients, action=action, **{"from": began})
    assert found[-1]["path_params"] == {"what": "lanes", "name": "low"}
    assert await entries(clients, action="lanes/high", **{"from": began}) == []


async def test_what_decides_is_recorded_of_orders_and_of_bulk_actions(clients: Clients) -> None:
    began, ids = datetime.now(UTC).isoformat(), sorted(str(uuid4()) for _ in range(20))
    await clients.admin.put("/v1/admin/services/generator/log-level", {"level": "debug"})
    await clients.admin.post("/v1/admin/jobs/delete", {"filter": {"ids": ids, "lane": "low"}})
    deleted, ordered = await entries(clients, **{"from": began})
    assert ordered["details"] == {"level": "debug"}
    assert (deleted["details"]["ids"], deleted["details"]["filter"]) == (ids, '{"lane":"low"}')


async def test_it_is_for_super_admins(tenant: Tenant) -> None:
    client, _ = await manager(tenant)
    assert (await client.get("/v1/admin/audit")).status_code == 403
