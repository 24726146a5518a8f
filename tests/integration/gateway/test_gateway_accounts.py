"""Tenants, API keys and rights, as clients meet them."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.gateway.clients import Client, Clients, Tenant


async def status(client: Client) -> int:
    return (await client.get("/v1/me")).status_code


async def test_me_tells_tenant_role_and_rights_of_a_key(tenant: Tenant) -> None:
    editor = await tenant.client("editor")
    me = (await editor.get("/v1/me")).json()
    assert me["tenant"]["slug"] == tenant.slug
    assert (me["role"], me["key"]["name"], me["key"]["created_by"]) == ("editor", "a editor", "key:owner")
    assert "prompts:write" in me["scopes"]
    assert "keys:manage" not in me["scopes"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": f"Bearer pr_aaaaaaaa_{'A' * 43}"},
    ],
)
async def test_without_a_valid_key_there_is_no_answer(clients: Clients, headers: dict[str, str]) -> None:
    answer = await clients.anonymous.get("/v1/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert "AAAA" not in answer.text


async def test_a_key_with_another_secret_is_refused(clients: Clients, tenant: Tenant) -> None:
    made = await tenant.key("viewer")
    forged = made["key"][:-1] + ("A" if made["key"][-1] != "A" else "B")
    assert await status(clients.with_key(forged)) == 401
    assert await status(clients.with_key(made["key"])) == 200


async def test_a_revoked_key_stops_working_within_five_seconds_on_every_replica(
    clients: Clients, tenant: Tenant
) -> None:
    made = await tenant.key("viewer")
    here, there = (clients.with_key(made["key"], replica) for replica in (0, 1))
    assert [await status(here), await status(there)] == [200, 200]

    revoked = time.monotonic()
    assert (await clients.admin.delete(f"/v1/admin/api-keys/{made['id']}")).status_code == 204
    assert await status(here) == 401
    while await status(there) == 200:
        assert time.monotonic() - revoked < 5
        await asyncio.sleep(0.05)


async def test_an_expired_key_stops_working_although_it_was_just_used(clients: Clients, tenant: Tenant) -> None:
    made = await tenant.key("viewer", expires_at=(datetime.now(UTC) + timedelta(seconds=0.8)).isoformat())
    client = clients.with_key(made["key"])
    assert await status(client) == 200
    await asyncio.sleep(1)
    assert await status(client) == 401


async def test_a_key_is_shown_once(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    answer = await admin.post("/v1/api-keys", {"name": "website", "role": "viewer"})
    assert answer.headers["cache-control"] == "no-store"
    listed = await admin.get("/v1/api-keys")
    assert answer.json()["key"] not in listed.text
    assert answer.json()["prefix"] in listed.text


async def test_the_database_does_not_know_the_key(clients: Clients, tenant: Tenant, stored: Any) -> None:
    made = await tenant.key("viewer")
    row = await stored("SELECT * FROM gateway.api_keys WHERE id = $1", made["id"])
    assert made["key"].split("_", 2)[2] not in str(dict(row))


async def test_last_use_is_written_soon_and_not_for_every_request(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    for _ in range(50):
        listed = (await admin.get("/v1/api-keys")).json()["items"]
        if listed[0]["last_used_at"]:
            return
        await asyncio.sleep(0.1)
    pytest.fail("no last use was written")


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        ("viewer", "POST", "/v1/prompts", {"name": "n", "template": "t"}),
        ("viewer", "POST", "/v1/pages", {"url": "https://example.com", "keyword": "k", "language": "en"}),
        ("editor", "GET", "/v1/api-keys", None),
        ("editor", "POST", "/v1/api-keys", {"name": "n", "role": "viewer"}),
        ("tenant-admin", "GET", "/v1/admin/tenants", None),
        ("tenant-admin", "POST", "/v1/admin/tenants", {"slug": "new", "name": "New"}),
    ],
)
async def test_a_missing_right_is_forbidden(tenant: Tenant, role: str, method: str, path: str, body: Any) -> None:
    client = await tenant.client(role)
    answer = await client.send(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "wish",
    [{"role": "super-admin"}, {"role": "super-admin", "scopes": ["jobs:read"]}],
)
async def test_a_tenant_admin_cannot_make_a_super_admin(tenant: Tenant, wish: dict[str, Any]) -> None:
    admin = await tenant.client("tenant-admin")
    answer = await admin.post("/v1/api-keys", {"name": "n", **wish})
    assert answer.status_code == 403


async def test_a_key_cannot_make_one_with_more_rights_than_its_own(tenant: Tenant) -> None:
    narrow = await tenant.client("tenant-admin", scopes=["keys:manage", "jobs:read"])
    assert (await narrow.post("/v1/api-keys", {"name": "n", "role": "editor"})).status_code == 403
    fewer = await narrow.post("/v1/api-keys", {"name": "n", "role": "editor", "scopes": ["jobs:read"]})
    assert fewer.status_code == 201


async def test_scopes_beyond_the_role_are_refused_by_name(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    answer = await admin.post("/v1/api-keys", {"name": "n", "role": "viewer", "scopes": ["prompts:write"]})
    assert answer.status_code == 422
    assert "prompts:write" in answer.json()["errors"][0]["message"]


async def test_a_key_with_fewer_scopes_has_only_those(tenant: Tenant) -> None:
    narrow = await tenant.client("editor", scopes=["pages:read"])
    assert (await narrow.get("/v1/pages")).status_code == 200
    assert (await narrow.get("/v1/prompts")).status_code == 403


async def test_an_expiry_in_the_past_is_refused(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    answer = await admin.post("/v1/api-keys", {"name": "n", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"})
    assert answer.json()["errors"][0]["field"] == "expires_at"


async def test_keys_of_another_tenant_are_not_there(clients: Clients, tenant: Tenant) -> None:
    foreign = await (await clients.tenant()).key("viewer")
    admin = await tenant.client("tenant-admin")
    answer = await admin.delete(f"/v1/api-keys/{foreign['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert foreign["id"] not in (await admin.get("/v1/api-keys")).text
    assert await status(clients.with_key(foreign["key"])) == 200


async def test_a_tenant_admin_cannot_revoke_a_super_admin_of_its_tenant(clients: Clients, tenant: Tenant) -> None:
    above = await tenant.key("super-admin")
    admin = await tenant.client("tenant-admin")
    assert (await admin.delete(f"/v1/api-keys/{above['id']}")).status_code == 403
    assert await status(clients.with_key(above["key"])) == 200


async def test_revoking_twice_is_the_same_as_once(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    made = await tenant.key("viewer")
    answers = [await admin.delete(f"/v1/api-keys/{made['id']}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    listed = (await admin.get("/v1/api-keys", active=False)).json()["items"]
    assert [key["id"] for key in listed] == [made["id"]]


async def test_a_taken_slug_is_a_conflict(clients: Clients, tenant: Tenant) -> None:
    answer = await clients.admin.post("/v1/admin/tenants", {"slug": tenant.slug, "name": "Again"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("name", ["slug", "id"])
async def test_a_tenant_is_named_by_slug_or_id(clients: Clients, name: str) -> None:
    made = await clients.admin.made("/v1/admin/tenants", {"slug": f"by-{name}", "name": "Named"})
    key = await clients.admin.made(f"/v1/admin/tenants/{made[name]}/api-keys", {"name": "website", "role": "viewer"})
    assert key["tenant_id"] == made["id"]


async def test_keys_of_no_tenant_are_not_found(clients: Clients) -> None:
    assert (await clients.admin.get("/v1/admin/tenants/nobody/api-keys")).status_code == 404


async def test_tenants_are_listed_page_by_page(clients: Clients) -> None:
    made = [(await clients.tenant()).slug for _ in range(3)]
    first = (await clients.admin.get("/v1/admin/tenants", limit=2)).json()
    second = (await clients.admin.get("/v1/admin/tenants", limit=2, cursor=first["next_cursor"])).json()
    assert [item["slug"] for item in first["items"] + second["items"]][:3] == made[::-1]
