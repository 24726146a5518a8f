"""What clients ask of their jobs, and administrators of everybody's. No worker runs here: what is out stays pending."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.delivery.processes import eventually
from integration.gateway.clients import Client, Clients, Tenant

LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


async def submitted(client: Client, **wishes: Any) -> str:
    answer = await client.post("/v1/generations", {"prompt": "Write about tea", **wishes})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def shown(client: Client, job_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def why(client: Client, job_id: str) -> list[str]:
    answer = await client.get(f"/v1/jobs/{job_id}/why")
    assert answer.status_code == 200, answer.text
    return [reason["code"] for reason in answer.json()["reasons"]]


@pytest.fixture
async def paused_low(clients: Clients) -> AsyncIterator[None]:
    """The lane low is held."""
    assert (await clients.admin.post("/v1/admin/lanes/low/pause", None)).status_code == 200
    yield
    assert (await clients.admin.post("/v1/admin/lanes/low/resume", None)).status_code == 200


async def test_a_waiting_job_is_paused_shown_so_and_resumed(tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    paused = await client.post(f"/v1/jobs/{job_id}/pause", None)
    assert (paused.status_code, paused.json()["status"]) == (200, "blocked")
    job = await shown(client, job_id)
    assert (job["paused_by"], job["paused_at"] is not None) == ("key:a editor", True)
    assert await why(client, job_id) == ["paused", "scheduled", "no_worker"]
    resumed = await client.post(f"/v1/jobs/{job_id}/resume", None)
    assert (resumed.status_code, resumed.json()["status"]) == (200, "scheduled")
    assert (await shown(client, job_id))["paused_by"] is None


async def test_a_published_job_is_recalled(tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client)
    answer = await client.post(f"/v1/jobs/{job_id}/pause", None)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert "recalled" in await why(client, job_id)


async def test_a_job_is_moved_to_another_lane_and_time(tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    answer = await client.patch(f"/v1/jobs/{job_id}", {"priority": "high", "run_at": None})
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    job = await shown(client, job_id)
    assert (job["priority"], job["run_at"]) == ("high", None)


@pytest.mark.parametrize("change", [{}, {"priority": "urgent"}, {"priority": None}, {"lane": "high"}])
async def test_a_change_that_says_nothing_or_too_much_is_refused(tenant: Tenant, change: dict[str, Any]) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    answer = await client.patch(f"/v1/jobs/{job_id}", change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_cancelled_job_is_tried_again_and_with_edits_it_is_a_new_one(tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER, metadata={"row": 7})
    refused = await client.post(f"/v1/jobs/{job_id}/retry", {"prompt": "Write about coffee"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await client.post(f"/v1/jobs/{job_id}/cancel", None)).json()["status"] == "cancelled"
    edited = await client.post(f"/v1/jobs/{job_id}/retry", {"prompt": "Write about coffee"})
    assert edited.status_code == 202
    copy = await shown(client, edited.json()["id"])
    assert (copy["origin_id"], copy["metadata"]) == (job_id, {"row": 7})
    again = await client.post(f"/v1/jobs/{job_id}/retry", None)
    assert (again.status_code, again.json()["id"], again.json()["status"]) == (202, job_id, "pending")
    assert (await shown(client, job_id))["attempt"] == 2


@pytest.mark.parametrize("call", ["pause", "resume", "retry", "cancel", "why", ""])
async def test_another_tenants_job_is_not_there(clients: Clients, tenant: Tenant, call: str) -> None:
    job_id = await submitted(await tenant.client(), run_at=LATER)
    stranger = await (await clients.tenant()).client()
    method = {"why": "GET", "": "PATCH"}.get(call, "POST")
    body = {"priority": "low"} if method == "PATCH" else None
    answer = await stranger.send(method, f"/v1/jobs/{job_id}/{call}".rstrip("/"), body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.usefixtures("paused_low")
async def test_what_a_lane_holds_says_who_and_since_when(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, priority="low")
    assert (await why(client, job_id))[0] == "paused"
    found = (await clients.admin.get("/v1/admin/lanes")).json()
    lanes = {lane["lane"]: lane for lane in found if lane["service"] == "generator"}
    assert (lanes["low"]["paused_by"], lanes["low"]["waiting"] >= 1) == ("key:owner", True)
    assert (lanes["high"]["paused_by"], lanes["high"]["window"], lanes["high"]["tenant_cap"]) == (None, 200, 100)


async def test_a_tenant_is_paused_by_its_slug_and_goes_on(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    held = await clients.admin.post(f"/v1/admin/tenants/{tenant.slug}/pause", None)
    assert [hold["held_by"] for hold in held.json() if hold["scope"] == "tenant"] == ["key:owner"]
    job_id = await submitted(client)
    assert (await why(client, job_id))[0] == "paused"
    left = await clients.admin.post(f"/v1/admin/tenants/{tenant.slug}/resume", None)
    assert not [hold for hold in left.json() if hold["scope"] == "tenant"]

    async def published() -> bool:
        return "queued" in await why(client, job_id)

    await eventually(published, "the job is published")


@pytest.mark.parametrize("call", ["pause", "resume"])
@pytest.mark.parametrize(
    ("path", "there_is"),
    [
        ("lanes/urgent", "high, default, low"),
        ("kinds/generation.film", "generation.prompt"),
        ("tenants/nobody-here", "no such tenant"),
    ],
)
async def test_what_is_not_there_is_neither_paused_nor_resumed(
    clients: Clients, path: str, there_is: str, call: str
) -> None:
    answer = await clients.admin.post(f"/v1/admin/{path}/{call}", None)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert there_is in answer.json()["detail"]
    assert (await clients.admin.get("/v1/admin/pauses")).json() == []


async def test_a_kind_that_there_is_no_more_is_still_resumed(clients: Clients, stored: Any) -> None:
    await stored("INSERT INTO gateway.holds (scope, name, held_by) VALUES ('kind', 'generation.film', 'somebody')")
    answers = [await clients.admin.post("/v1/admin/kinds/generation.film/resume", None) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].json() == []


@pytest.mark.parametrize("other", [{"status": "failed"}, {"lane": "low"}, {"limit": 5}, {"created_from": LATER}])
async def test_a_summary_of_ids_goes_with_no_filter(tenant: Tenant, other: dict[str, Any]) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    refused = await client.get("/v1/jobs", ids=job_id, **other)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert next(iter(other)) in refused.json()["errors"][0]["message"]
    assert (await client.get("/v1/jobs", ids=job_id)).json()["total"] == 1


async def test_an_administrators_ids_are_a_filter_like_any_other(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    for status, found in (("scheduled", [job_id]), ("failed", [])):
        listed = await clients.admin.get("/v1/admin/jobs", ids=job_id, status=status)
        assert [job["id"] for job in listed.json()["items"]] == found


async def test_an_administrators_retry_takes_no_edits(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    await client.post(f"/v1/jobs/{job_id}/cancel", None)
    refused = await clients.admin.post(f"/v1/admin/jobs/{job_id}/retry", {"prompt": "Write about coffee"})
    assert (refused.status_code, refused.json()["errors"]) == (422, [{"field": "prompt", "message": "unknown field"}])
    assert (await shown(client, job_id))["status"] == "cancelled"
    assert (await clients.admin.post(f"/v1/admin/jobs/{job_id}/retry", {})).json()["status"] == "pending"


async def test_jobs_of_all_tenants_are_done_by_filter_after_a_preview(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    ids = [await submitted(client, run_at=LATER) for _ in range(3)]
    wanted = {"filter": {"tenant": tenant.slug}}
    preview = await clients.admin.post("/v1/admin/jobs/cancel", {**wanted, "preview": True})
    assert preview.json() == {"matched": 3, "done": 0, "preview": True}
    done = await clients.admin.post("/v1/admin/jobs/cancel", wanted)
    assert done.json() == {"matched": 3, "done": 3, "preview": False}
    assert {(await shown(client, job_id))["status"] for job_id in ids} == {"cancelled"}
    some = {"filter": {"ids": ids[:1]}}
    assert (await clients.admin.post("/v1/admin/jobs/retry", some)).json()["done"] == 1
    gone = await clients.admin.post("/v1/admin/jobs/delete", {"filter": {"ids": ids}})
    assert gone.json() == {"matched": 2, "done": 2, "preview": False}
    assert [(await client.get(f"/v1/jobs/{job_id}")).status_code for job_id in ids] == [200, 404, 404]
    assert (await client.get("/v1/jobs", ids=",".join(ids))).json()["total"] == 1


@pytest.mark.parametrize("body", [{}, {"filter": {}}, {"filter": {"lane": None}}, {"filter": {"statuses": []}}])
async def test_an_empty_filter_is_refused(clients: Clients, body: dict[str, Any]) -> None:
    for action in ("retry", "cancel", "delete"):
        answer = await clients.admin.post(f"/v1/admin/jobs/{action}", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_an_administrator_sees_and_deletes_any_tenants_job(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    job_id = await submitted(client, run_at=LATER)
    listed = await clients.admin.get("/v1/admin/jobs", tenant=tenant.slug)
    assert [job["id"] for job in listed.json()["items"]] == [job_id]
    path = f"/v1/admin/jobs/{job_id}"
    assert (await clients.admin.get(path)).json()["timeline"][0]["status"] == "scheduled"
    assert (await clients.admin.delete(path)).status_code == 409
    assert (await clients.admin.post(f"{path}/cancel", None)).json()["status"] == "cancelled"
    assert (await clients.admin.delete(path)).status_code == 204
    assert [(await each.get(path.replace("/admin", ""))).status_code for each in (client, clients.admin)] == [404, 404]
    assert (await clients.admin.get(path)).status_code == 404


async def test_failed_jobs_are_flushed(clients: Clients, tenant: Tenant) -> None:
    kept = await submitted(await tenant.client(), run_at=LATER)
    assert (await clients.admin.post("/v1/admin/jobs/flush-failed", {"preview": True})).json()["preview"]
    assert (await clients.admin.post("/v1/admin/jobs/flush-failed", {})).status_code == 200
    assert (await clients.admin.get(f"/v1/admin/jobs/{kept}")).status_code == 200


async def test_a_tenant_has_a_limit_of_its_own(clients: Clients, tenant: Tenant) -> None:
    client = await tenant.client()
    limited = await clients.admin.patch(f"/v1/admin/tenants/{tenant.slug}", {"max_jobs": 1})
    assert limited.json()["max_jobs"] == 1
    first, second = [await submitted(client) for _ in range(2)]
    assert "tenant_limit" not in await why(client, first)
    assert (await why(client, second))[0] == "tenant_limit"
    assert (await clients.admin.patch(f"/v1/admin/tenants/{tenant.slug}", {"max_jobs": None})).json()[
        "max_jobs"
    ] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "jobs"),
        ("POST", "jobs/cancel"),
        ("POST", "jobs/flush-failed"),
        ("GET", "lanes"),
        ("POST", "lanes/low/pause"),
        ("PATCH", "tenants/acme"),
    ],
)
async def test_others_may_not_administer(tenant: Tenant, method: str, path: str) -> None:
    body = {"filter": {"lane": "low"}} if method == "POST" else {"max_jobs": 1}
    answer = await (await tenant.client()).send(method, f"/v1/admin/{path}", None if method == "GET" else body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
