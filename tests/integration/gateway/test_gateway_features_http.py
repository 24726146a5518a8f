"""What is not available to everybody, as clients and administrators meet it. Rules are everybody's: each test begins
and ends with sync mode for all."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from integration.delivery.processes import eventually
from integration.gateway.clients import Client, Clients, Tenant
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.features.availability import place
from pressroom_gateway.features.records import Share

FLAG = "/v1/admin/flags/sync"
SOON = 5.0
"""Seconds in which a change works everywhere."""


async def rule(clients: Clients, audience: str, **fields: Any) -> dict[str, Any]:
    answer = await clients.admin.put(FLAG, {"audience": audience, **fields})
    assert answer.status_code == 200, answer.text
    flag: dict[str, Any] = answer.json()
    return flag


@pytest.fixture(autouse=True)
async def sync_mode_for_all(clients: Clients) -> AsyncIterator[None]:
    await rule(clients, "all")
    yield
    await rule(clients, "all")


async def has_it(client: Client) -> bool:
    answer = await client.get("/v1/features")
    assert answer.status_code == 200, answer.text
    features: dict[str, bool] = answer.json()["features"]
    assert features.keys() == {"sync"}
    return features["sync"]


async def generate(client: Client, mode: str) -> httpx2.Response:
    body = {"prompt": "Write about tea", "execution_mode": mode}
    return await client.post("/v1/generations", body, headers={"Prefer": "wait=1"})


async def test_every_key_is_told_what_is_available_to_it(clients: Clients, tenant: Tenant) -> None:
    assert await has_it(await tenant.client("viewer"))
    assert (await clients.anonymous.get("/v1/features")).status_code == 401


async def test_a_change_works_here_at_once_and_everywhere_soon(clients: Clients, tenant: Tenant) -> None:
    key = (await tenant.key("editor"))["key"]
    here, there = (clients.with_key(key, replica) for replica in (0, 1))
    assert [await has_it(here), await has_it(there)] == [True, True]
    await rule(clients, "nobody")
    assert not await has_it(here)
    await eventually(lambda: lacks_it(there), "the other replica knows of it", SOON)


async def lacks_it(client: Client) -> bool:
    return not await has_it(client)


async def test_sync_mode_is_refused_to_who_does_not_have_it_and_async_mode_goes_on(
    clients: Clients, tenant: Tenant
) -> None:
    editor = await tenant.client()
    waited = await generate(editor, "sync")
    assert (waited.status_code, waited.json()["handed_over"]) == (202, True)  # no worker runs here
    await rule(clients, "super-admins")
    refused = await generate(editor, "sync")
    assert (refused.status_code, refused.json()["code"]) == (403, "feature_unavailable")
    assert "`execution_mode` async" in refused.json()["detail"]
    assert len((await editor.get("/v1/jobs")).json()["items"]) == 1
    assert (await generate(editor, "async")).status_code == 202
    assert (await generate(clients.admin, "sync")).status_code == 202
    assert [await has_it(editor), await has_it(clients.admin)] == [False, True]
    await rule(clients, "nobody")
    assert (await generate(clients.admin, "sync")).status_code == 403


async def test_listed_tenants_have_it_by_slug_or_id(clients: Clients, tenant: Tenant) -> None:
    others = [await clients.tenant() for _ in range(2)]
    keys = [await each.client() for each in (tenant, *others)]
    id_ = (await keys[1].get("/v1/me")).json()["tenant"]["id"]
    flag = await rule(clients, "some", tenants=[tenant.slug, id_, tenant.slug])
    assert flag["tenants"] == sorted([tenant.slug, others[0].slug])
    assert [await has_it(key) for key in keys] == [True, True, False]


async def test_new_users_have_it_by_default(clients: Clients, tenant: Tenant) -> None:
    older, newer = [await tenant.key("editor") for _ in range(2)]
    assert older["created_at"] < newer["created_at"]
    await rule(clients, "some", new_since=newer["created_at"])
    assert [await has_it(tenant.with_key(made["key"])) for made in (older, newer)] == [False, True]


@pytest.mark.parametrize("of", ["tenants", "created_by"])
async def test_a_percentage_has_it(clients: Clients, tenant: Tenant, of: Share) -> None:
    made = await tenant.key("editor", name="website")
    key = tenant.with_key(made["key"])
    maker = Principal(
        UUID(made["tenant_id"]), UUID(made["id"]), "website", Role.EDITOR, SCOPES[Role.EDITOR], datetime.now(UTC)
    )
    first = place(maker, "sync", of) + 1  # 1 to 100: the percentage from which it is among them
    found = {}
    for percent in (0, first - 1, first, 100):
        flag = await rule(clients, "some", percent=percent, percent_of=of)
        assert (flag["percent"], flag["percent_of"]) == (percent, of)
        found[percent] = await has_it(key)
    assert found == {0: False, first - 1: False, first: True, 100: True}


async def test_flags_tell_who_changed_them_and_can_be_set_as_they_are_shown(clients: Clients, tenant: Tenant) -> None:
    made = await rule(
        clients, "some", percent=7, percent_of="created_by", tenants=[tenant.slug], new_since="2099-01-01T00:00:00Z"
    )
    assert made.pop("changed_by") == "key:owner"
    assert abs(time.time() - datetime.fromisoformat(made.pop("changed_at")).timestamp()) < 60
    feature, shown = made.pop("feature"), made
    assert (feature, shown) == (
        "sync",
        {
            "audience": "some",
            "percent": 7,
            "percent_of": "created_by",
            "tenants": [tenant.slug],
            "new_since": "2099-01-01T00:00:00Z",
        },
    )
    [listed] = (await clients.admin.get("/v1/admin/flags")).json()
    assert listed == (await clients.admin.get(FLAG)).json()
    assert listed["percent"] == 7
    again = await rule(clients, **shown)
    assert {name: again[name] for name in shown} == shown


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["audience"]),
        ({"audience": "everybody"}, ["audience"]),
        ({"audience": "some"}, ["body"]),
        ({"audience": "some", "percent_of": "tenants"}, ["body"]),
        ({"audience": "all", "percent": 10}, ["body"]),
        ({"audience": "nobody", "tenants": ["operations"]}, ["body"]),
        ({"audience": "super-admins", "new_since": "2026-01-01T00:00:00Z"}, ["body"]),
        ({"audience": "some", "percent": 101}, ["percent"]),
        ({"audience": "some", "percent": -1}, ["percent"]),
        ({"audience": "some", "percent": 10, "percent_of": "keys"}, ["percent_of"]),
        ({"audience": "some", "tenants": ["operations", "no-such-tenant"]}, ["tenants.1"]),
        ({"audience": "some", "tenants": ["No Slug"]}, ["tenants.0"]),
        ({"audience": "some", "new_since": "2026-01-01T00:00:00"}, ["new_since"]),
        ({"audience": "all", "colour": "red"}, ["colour"]),
    ],
)
async def test_a_rule_that_is_none_is_refused_and_changes_nothing(
    clients: Clients, body: dict[str, Any], fields: list[str]
) -> None:
    answer = await clients.admin.put(FLAG, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["field"] for error in answer.json()["errors"]] == fields
    assert (await clients.admin.get(FLAG)).json()["audience"] == "all"


async def test_a_feature_that_does_not_exist_is_not_found(clients: Clients) -> None:
    path = "/v1/admin/flags/telepathy"
    for answer in (await clients.admin.get(path), await clients.admin.put(path, {"audience": "all"})):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "sync" in answer.json()["detail"]


async def test_flags_are_for_super_admins(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    answers = [await admin.get("/v1/admin/flags"), await admin.get(FLAG), await admin.put(FLAG, {"audience": "all"})]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_a_change_is_in_the_audit(clients: Clients, tenant: Tenant) -> None:
    await rule(clients, "some", percent=5, tenants=[tenant.slug])
    answer = await clients.admin.get("/v1/admin/audit", action="PUT /v1/admin/flags/{feature}", limit=1)
    [entry] = answer.json()["items"]
    assert (entry["status"], entry["created_by"], entry["path_params"]) == (200, "key:owner", {"feature": "sync"})
    assert entry["fields"] == ["audience", "percent", "tenants"]
    assert entry["details"] == {
        "audience": "some",
        "percent": 5,
        "percent_of": "tenants",
        "tenants": [tenant.slug],
        "new_since": None,
    }
