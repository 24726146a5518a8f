"""What of zuora-sync clients may see and change, and whose it is."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg  # type: ignore[import-untyped]
import pytest

from integration.gateway.clients import Client, Clients, Tenant
from integration.zuora_gateway.conftest import serving
from integration.zuora_gateway.zuora_sync_double import ZuoraSyncDouble
from pressroom_gateway.main import create_app
from pressroom_gateway.settings import Settings
from pressroom_gateway.zuora import client

ENVIRONMENT = {"name": "production", "base_url": "https://rest.zuora.com", "client_id": "c", "client_secret": "CANARY"}
WORKFLOW = uuid4()


async def tenant_id_of(client: Client) -> str:
    return str((await client.get("/v1/me")).json()["tenant"]["id"])


async def jobs_of(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/v1/jobs", kind="zuora.sync")).json()["items"]
    return items


READS = [
    "/customers",
    f"/customers/{WORKFLOW}",
    "/environments",
    f"/environments/{WORKFLOW}",
    "/syncs",
    "/workflows",
    f"/workflows/{WORKFLOW}",
    f"/workflows/{WORKFLOW}/versions",
    f"/workflows/{WORKFLOW}/diff",
    f"/workflows/{WORKFLOW}/graph.svg",
    f"/workflows/{WORKFLOW}/export",
    "/tasks",
    f"/drift?left={WORKFLOW}&right={WORKFLOW}",
    "/lint",
    "/exports",
]
WRITES: list[tuple[str, str, Any, str]] = [
    ("POST", "/customers", {"name": "Acme"}, "zuora:manage"),
    ("PATCH", f"/customers/{WORKFLOW}", {"name": "Acme"}, "zuora:manage"),
    ("DELETE", f"/customers/{WORKFLOW}", None, "zuora:manage"),
    ("POST", f"/customers/{WORKFLOW}/environments", ENVIRONMENT, "zuora:manage"),
    ("PATCH", f"/environments/{WORKFLOW}", {"name": "x"}, "zuora:manage"),
    ("DELETE", f"/environments/{WORKFLOW}", None, "zuora:manage"),
    ("POST", f"/environments/{WORKFLOW}/test", None, "zuora:manage"),
    ("POST", "/syncs", {"all": True}, "zuora:write"),
    ("POST", "/syncs", {"all": True, "override_guard": True}, "zuora:manage"),
    ("POST", "/extract-tasks", {"environment_id": str(WORKFLOW)}, "zuora:write"),
    ("POST", "/schedules", {"environment_id": str(WORKFLOW), "cron": "0 2 * * *"}, "zuora:manage"),
    ("PATCH", f"/schedules/{WORKFLOW}", {"full": True}, "zuora:manage"),
    ("DELETE", f"/schedules/{WORKFLOW}", None, "zuora:manage"),
    ("POST", f"/schedules/{WORKFLOW}/pause", None, "zuora:manage"),
    ("POST", f"/schedules/{WORKFLOW}/resume", None, "zuora:manage"),
    ("POST", f"/schedules/{WORKFLOW}/trigger", None, "zuora:manage"),
]
ROLES = {"zuora:read": "viewer", "zuora:write": "editor", "zuora:manage": "tenant-admin"}
BELOW = {"zuora:write": "viewer", "zuora:manage": "editor"}


async def test_reads_are_handed_on_for_the_tenant_and_role_of_the_key(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    viewer = await tenant.client("viewer")
    for path in READS:
        assert (await viewer.send("GET", f"/v1/zuora{path}")).status_code == 404 or path == "/environments", path
    own = await tenant_id_of(viewer)
    assert [heard.path for heard in zuora_sync.heard] == [path.partition("?")[0] for path in READS]
    assert {(heard.tenant_id, heard.role) for heard in zuora_sync.heard} == {(own, "viewer")}


@pytest.mark.parametrize(("method", "path", "body", "scope"), WRITES)
async def test_what_changes_something_needs_the_right_to(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, method: str, path: str, body: Any, scope: str
):
    refused = await (await tenant.client(BELOW[scope])).send(method, f"/v1/zuora{path}", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert zuora_sync.heard == []
    allowed = await (await tenant.client(ROLES[scope])).send(method, f"/v1/zuora{path}", body)
    assert allowed.status_code != 403


async def test_a_key_with_fewer_scopes_than_its_role_has_no_more_than_these(tenant: Tenant):
    client = await tenant.client("tenant-admin", scopes=["jobs:read"])
    assert (await client.get("/v1/zuora/customers")).status_code == 403


async def test_filters_and_cursors_are_handed_on_and_unknown_ones_refused(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    viewer = await tenant.client("viewer")
    zuora_sync.answers["GET /tasks"] = (200, {"items": [], "next_cursor": "opaque="})
    found = await viewer.get("/v1/zuora/tasks", action_type="Callout", host="api.example.com", cursor="opaque=")
    assert found.json() == {"items": [], "next_cursor": "opaque="}
    assert zuora_sync.heard[-1].query == {
        "action_type": "Callout",
        "host": "api.example.com",
        "cursor": "opaque=",
        "limit": "50",
    }
    one = f"workflows/{WORKFLOW}"
    for path in ("tasks", one, f"{one}/versions", f"customers/{WORKFLOW}", f"environments/{WORKFLOW}"):
        assert (await viewer.get(f"/v1/zuora/{path}", password="x")).status_code == 422
    assert (await viewer.get(f"/v1/zuora/schedules/{WORKFLOW}", password="x")).status_code == 422


async def test_a_secret_passes_through_and_is_kept_nowhere(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection, caplog: pytest.LogCaptureFixture
):
    admin = await tenant.client("tenant-admin")
    made = zuora_sync.environment(await tenant_id_of(admin))
    zuora_sync.answers["POST /customers"] = (201, zuora_sync.customer(made))
    answer = await admin.post("/v1/zuora/customers", {"name": "Acme", "environments": [ENVIRONMENT]})
    assert answer.status_code == 201
    assert zuora_sync.heard[0].body == {"name": "Acme", "environments": [ENVIRONMENT]}
    assert "CANARY" not in answer.text + caplog.text
    for table in ("audit", "jobs", "schedules", "batches"):
        assert await rows.fetchval(f"SELECT count(*) FROM gateway.{table} t WHERE t::text LIKE '%CANARY%'") == 0
    kept = await rows.fetchval(
        "SELECT details::text FROM gateway.audit WHERE tenant_id = $1", UUID(await tenant_id_of(admin))
    )
    assert json.loads(kept) == {"name": "Acme", "environments": ["production"], "id": answer.json()["id"]}


async def test_a_saved_customer_is_synced_and_a_renamed_environment_is_not(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    admin = await tenant.client("tenant-admin")
    own = await tenant_id_of(admin)
    first, second = (zuora_sync.environment(own, name) for name in ("production", "sandbox"))
    zuora_sync.answers["POST /customers"] = (201, zuora_sync.customer(first, second))
    saved = (await admin.post("/v1/zuora/customers", {"name": "Acme"})).json()
    jobs = await jobs_of(admin)
    assert {job["id"] for job in jobs} == set(saved["sync_job_ids"])
    assert {job["metadata"]["environment_id"] for job in jobs} == {str(first), str(second)}
    renamed = await admin.patch(f"/v1/zuora/environments/{first}", {"name": "live"})
    assert (renamed.status_code, renamed.json()["sync_job_id"]) == (200, None)
    changed = await admin.patch(f"/v1/zuora/environments/{first}", {"client_id": "other"})
    assert changed.json()["sync_job_id"] in {job["id"] for job in await jobs_of(admin)}
    assert len(await jobs_of(admin)) == 3


async def test_a_sync_of_one_environment_is_a_job_that_runs_alone_there(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection
):
    editor = await tenant.client()
    environment = zuora_sync.environment(await tenant_id_of(editor))
    made = await editor.post("/v1/zuora/syncs", {"environment_id": str(environment), "full": True, "dry_run": True})
    accepted = made.json()
    assert (made.status_code, accepted["sort"], accepted["total"]) == (202, "job", 1)
    assert made.headers["location"] == accepted["links"]["self"] == f"/v1/jobs/{accepted['id']}"
    job = await rows.fetchrow(
        "SELECT kind, queue, concurrency_key, input::text FROM gateway.jobs WHERE id = $1", UUID(accepted["id"])
    )
    assert tuple(job)[:3] == ("zuora.sync", "zuora-sync.default", f"zuora:{environment}")
    assert json.loads(job["input"]) == {"environment_id": str(environment), "full": True, "dry_run": True}


async def test_all_customers_are_a_batch_in_the_low_lane(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    editor = await tenant.client()
    own = await tenant_id_of(editor)
    environments = {str(zuora_sync.environment(own, name)) for name in ("production", "sandbox", "test")}
    accepted = (await editor.post("/v1/zuora/syncs", {"all": True})).json()
    assert (accepted["sort"], accepted["total"]) == ("batch", 3)
    jobs = (await editor.get(f"/v1/batches/{accepted['id']}/jobs")).json()["items"]
    assert {job["metadata"]["environment_id"] for job in jobs} == environments
    assert {job["priority"] for job in jobs} == {"low"}
    shown = (await editor.get(f"/v1/batches/{accepted['id']}")).json()
    assert (shown["kind"], shown["name"]) == ("zuora.syncs", "Sync of all customers")


async def test_a_customer_is_a_batch_and_one_without_environments_is_told_so(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble
):
    editor = await tenant.client()
    customer = zuora_sync.customer(zuora_sync.environment(await tenant_id_of(editor)))
    accepted = (await editor.post("/v1/zuora/syncs", {"customer_id": customer["id"]})).json()
    assert (accepted["sort"], accepted["total"]) == ("batch", 1)
    empty = await editor.post("/v1/zuora/syncs", {"customer_id": zuora_sync.customer()["id"]})
    assert (empty.status_code, empty.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("path", ["/v1/zuora/syncs", "/v1/zuora/extract-tasks"])
async def test_a_repeated_request_makes_no_second_job(tenant: Tenant, zuora_sync: ZuoraSyncDouble, path: str):
    editor = await tenant.client()
    environment = zuora_sync.environment(await tenant_id_of(editor))
    other = zuora_sync.environment(await tenant_id_of(editor))
    once = {"headers": {"Idempotency-Key": "once"}}
    first = await editor.post(path, {"environment_id": str(environment)}, **once)
    again = await editor.post(path, {"environment_id": str(environment)}, **once)
    assert (first.status_code, first.json()["id"]) == (202, again.json()["id"])
    mismatch = await editor.post(path, {"environment_id": str(other)}, **once)
    assert (mismatch.status_code, mismatch.json()["code"]) == (409, "idempotency_mismatch")


async def test_a_repeated_request_for_many_makes_no_second_batch_though_there_are_more_by_now(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble
):
    editor = await tenant.client()
    own, once = await tenant_id_of(editor), {"headers": {"Idempotency-Key": "once"}}
    zuora_sync.environment(own)
    first, again = await asyncio.gather(*(editor.post("/v1/zuora/syncs", {"all": True}, **once) for _ in range(2)))
    zuora_sync.environment(own)
    third = await editor.post("/v1/zuora/syncs", {"all": True}, **once)
    assert first.json()["id"] == again.json()["id"] == third.json()["id"]
    assert third.json()["total"] == 1


async def test_environments_of_another_tenant_are_not_there(clients: Clients, zuora_sync: ZuoraSyncDouble):
    ours, theirs = [await (await clients.tenant()).client("tenant-admin") for _ in range(2)]
    environment = str(zuora_sync.environment(await tenant_id_of(theirs)))
    schedule = {"environment_id": environment, "cron": "0 2 * * *"}
    assert (await ours.post("/v1/zuora/syncs", {"environment_id": environment})).status_code == 404
    assert (await ours.post("/v1/zuora/extract-tasks", {"environment_id": environment})).status_code == 404
    assert (await ours.post("/v1/zuora/schedules", schedule)).status_code == 404
    assert (await ours.post("/v1/zuora/syncs", {"all": True})).status_code == 409
    made = await theirs.made("/v1/zuora/schedules", schedule)
    path = f"/v1/zuora/schedules/{made['id']}"
    for method, wish in (("GET", None), ("PATCH", {"full": True}), ("DELETE", None)):
        assert (await ours.send(method, path, wish)).status_code == 404
    for what in ("pause", "resume", "trigger"):
        assert (await ours.post(f"{path}/{what}", None)).status_code == 404
    assert (await ours.get("/v1/zuora/schedules")).json()["items"] == []
    assert await jobs_of(ours) == []


async def test_exports_with_secrets_are_for_tenant_admins_and_recorded(
    clients: Clients, tenant: Tenant, zuora_sync: ZuoraSyncDouble
):
    told = {"workflow_id": str(WORKFLOW), "zuora_id": 1, "name": "w", "version": 1, "redacted": False, "export": {}}
    path = f"/workflows/{WORKFLOW}/export"
    zuora_sync.answers[f"GET {path}"] = (200, told)
    zuora_sync.answers["GET /exports"] = (200, {"items": [told], "next_cursor": None})
    editor, admin = await tenant.client(), await tenant.client("tenant-admin")
    assert (await editor.get(f"/v1/zuora{path}")).json() == told
    zuora_sync.heard.clear()
    for each in (path, "/exports"):
        assert (await editor.get(f"/v1/zuora{each}", secrets="true")).status_code == 403
        assert zuora_sync.heard == []
        shown = await admin.get(f"/v1/zuora{each}", secrets="true")
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert zuora_sync.heard.pop().query["secrets"] == "true"
    own = await tenant_id_of(admin)
    entries = (await clients.admin.get("/v1/admin/audit", who=own)).json()["items"]
    assert [(entry["action"], entry["status"]) for entry in entries] == [
        ("GET /v1/zuora/exports", 200),
        ("GET /v1/zuora/exports", 403),
        ("GET /v1/zuora/workflows/{workflow_id}/export", 200),
        ("GET /v1/zuora/workflows/{workflow_id}/export", 403),
    ]
    assert {entry["details"]["secrets"] for entry in entries} == {True}


async def test_a_picture_comes_as_it_is_and_can_do_nothing(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    zuora_sync.answers[f"GET /workflows/{WORKFLOW}/graph.svg"] = (200, b"<svg/>")
    shown = await (await tenant.client("viewer")).get(f"/v1/zuora/workflows/{WORKFLOW}/graph.svg")
    assert (shown.content, shown.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert "default-src 'none'" in shown.headers["content-security-policy"]


async def test_refusals_keep_their_code_and_their_fields(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    fault = {"field": "base_url", "message": "not a host of Zuora's"}
    told = {"code": "host_not_allowed", "detail": "Take one of Zuora's.", "errors": [fault]}
    zuora_sync.answers[f"POST /customers/{WORKFLOW}/environments"] = (422, told)
    admin = await tenant.client("tenant-admin")
    refused = await admin.post(f"/v1/zuora/customers/{WORKFLOW}/environments", ENVIRONMENT)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.status_code == 422
    assert {name: refused.json()[name] for name in told} == told


async def test_an_answer_that_was_not_agreed_on_is_not_handed_on(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, caplog: pytest.LogCaptureFixture
):
    zuora_sync.answers["GET /workflows"] = (200, {"secret": "CANARY"})
    answer = await (await tenant.client("viewer")).get("/v1/zuora/workflows")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "CANARY" not in answer.text + caplog.text


async def test_while_zuora_sync_is_away_it_is_told_and_the_rest_works(tenant: Tenant, zuora_gateway_settings: Settings):
    for url, code in (("http://127.0.0.1:9", "unavailable"), ("", "not_set_up")):
        settings = zuora_gateway_settings.model_copy(update={"zuora_sync_url": url})
        async with serving(create_app(settings).public) as origin, Clients([origin], "unused") as others:
            client = others.with_key((await tenant.key("editor"))["key"])
            answer = await client.get("/v1/zuora/workflows")
            assert (answer.status_code, answer.json()["code"]) == (503, code)
            assert int(answer.headers["retry-after"]) > 0
            assert (await client.post("/v1/zuora/syncs", {"all": True})).status_code == 503
            assert (await client.get("/v1/zuora/schedules")).status_code == 200
            assert (await client.get("/v1/jobs")).status_code == 200


async def test_a_slow_zuora_sync_is_given_up_in_time(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    zuora_sync.delay = 3.0
    try:
        answer = await (await tenant.client("viewer")).get("/v1/zuora/workflows")
    finally:
        zuora_sync.delay = 0.0
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_what_opens_exports_may_take_longer(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    viewer = await tenant.client("viewer")
    paths = ["/lint", f"/drift?left={WORKFLOW}&right={WORKFLOW}"]
    paths += [f"/workflows/{WORKFLOW}/{what}" for what in ("diff", "graph.svg", "export")]
    zuora_sync.delay = 1.2
    try:
        answers = await asyncio.gather(*(viewer.send("GET", f"/v1/zuora{path}") for path in paths))
    finally:
        zuora_sync.delay = 0.0
    assert [answer.json()["code"] for answer in answers] == ["not_found"] * len(paths)


async def test_an_answer_without_end_is_not_read_to_its_end(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "LONGEST_ANSWER", 10_000)
    viewer = await tenant.client("viewer")
    zuora_sync.answers["GET /workflows"] = (200, {"items": [], "next_cursor": "x" * 10_000})
    zuora_sync.answers[f"GET /workflows/{WORKFLOW}/graph.svg"] = (200, b"<svg>" * 10_000)
    for path in ("/workflows", f"/workflows/{WORKFLOW}/graph.svg"):
        refused = await viewer.get(f"/v1/zuora{path}")
        assert (refused.status_code, refused.json()["code"]) == (422, "content_too_large")
    zuora_sync.answers["GET /workflows"] = (200, {"items": [], "next_cursor": "x" * 1000})
    assert (await viewer.get("/v1/zuora/workflows")).status_code == 200


async def test_deleted_environments_take_their_schedules_with_them(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    admin = await tenant.client("tenant-admin")
    own = await tenant_id_of(admin)
    environments = [zuora_sync.environment(own) for _ in range(3)]
    for each in environments:
        await admin.made("/v1/zuora/schedules", {"environment_id": str(each), "cron": "0 2 * * *"})
    customer = zuora_sync.customer(environments[0])
    zuora_sync.answers[f"DELETE /customers/{customer['id']}"] = (204, b"")
    assert (await admin.delete(f"/v1/zuora/customers/{customer['id']}")).status_code == 204
    assert (await admin.delete(f"/v1/zuora/environments/{environments[1]}")).status_code == 204
    left = (await admin.get("/v1/zuora/schedules")).json()["items"]
    assert [each["environment_id"] for each in left] == [str(environments[2])]


async def test_a_deletion_that_is_cut_off_leaves_no_schedules(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    admin = await tenant.client("tenant-admin")
    environment, other = [zuora_sync.environment(await tenant_id_of(admin)) for _ in range(2)]
    for each in (environment, other):
        await admin.made("/v1/zuora/schedules", {"environment_id": str(each), "cron": "0 2 * * *"})
    path = f"/customers/{zuora_sync.customer(environment)['id']}"
    zuora_sync.answers[f"DELETE {path}"] = (503, {"code": "unavailable", "detail": "Later."})
    assert (await admin.delete(f"/v1/zuora{path}")).status_code == 503
    del zuora_sync.answers[f"GET {path}"]  # it was deleted all the same
    zuora_sync.forget(environment)
    assert (await admin.delete(f"/v1/zuora{path}")).status_code == 404
    left = (await admin.get("/v1/zuora/schedules")).json()["items"]
    assert [each["environment_id"] for each in left] == [str(other)]


async def test_a_customer_that_could_not_be_deleted_keeps_its_schedules(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    admin = await tenant.client("tenant-admin")
    environment = zuora_sync.environment(await tenant_id_of(admin))
    await admin.made("/v1/zuora/schedules", {"environment_id": str(environment), "cron": "0 2 * * *"})
    path = f"/customers/{zuora_sync.customer(environment)['id']}"
    zuora_sync.answers[f"DELETE {path}"] = (503, {"code": "unavailable", "detail": "Later."})
    assert (await admin.delete(f"/v1/zuora{path}")).status_code == 503
    assert len((await admin.get("/v1/zuora/schedules")).json()["items"]) == 1


async def test_the_result_of_a_test_is_told(tenant: Tenant, zuora_sync: ZuoraSyncDouble):
    admin = await tenant.client("tenant-admin")
    told = {"ok": False, "token": "granted", "listing": "granted", "exporting": "refused"}
    told |= {"code": "export_forbidden", "detail": "Give the role Manage."}
    zuora_sync.answers[f"POST /environments/{WORKFLOW}/test"] = (200, told)
    assert (await admin.post(f"/v1/zuora/environments/{WORKFLOW}/test", None)).json() == told


async def test_jobs_of_zuora_are_cancelled_retried_and_restarted_like_others(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection
):
    editor = await tenant.client()
    environment = zuora_sync.environment(await tenant_id_of(editor))
    job = (await editor.post("/v1/zuora/syncs", {"environment_id": str(environment)})).json()["id"]
    await rows.execute(
        "UPDATE gateway.jobs SET status = 'failed', completed_at = now(), out = false, place = NULL, due_at = NULL "
        "WHERE id = $1",
        UUID(job),
    )
    refused = await editor.post(f"/v1/jobs/{job}/restart", {"from_step": "summary"})
    assert (refused.status_code, "has no steps" in refused.text) == (422, True)
    assert (await editor.post(f"/v1/jobs/{job}/retry", {"priority": "high"})).status_code == 409
    retried = await editor.post(f"/v1/jobs/{job}/retry", None)
    assert (retried.status_code, retried.json()["links"]["self"]) == (202, f"/v1/jobs/{job}")
    shown = (await editor.get(f"/v1/jobs/{job}")).json()
    assert (shown["status"], shown["attempt"]) == ("pending", 2)
    assert (await editor.get(f"/v1/jobs/{job}/progress")).json()["message_code"] == "waiting"
    assert (await editor.post(f"/v1/jobs/{job}/pause", None)).json()["status"] in {"blocked", "pending"}
