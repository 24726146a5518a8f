"""Extractions of many environments, and what is recorded of them and of syncs."""

from uuid import UUID, uuid4

import asyncpg  # type: ignore[import-untyped]

from integration.gateway.clients import Client, Clients, Tenant
from integration.zuora_gateway.zuora_sync_double import ZuoraSyncDouble

WORKFLOW = uuid4()


async def tenant_id_of(client: Client) -> str:
    return str((await client.get("/v1/me")).json()["tenant"]["id"])


async def test_tasks_of_a_customer_or_of_all_are_extracted_by_a_batch(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection
):
    editor = await tenant.client()
    own = await tenant_id_of(editor)
    ours, _ = zuora_sync.environment(own), zuora_sync.environment(own, "sandbox")
    customer = zuora_sync.customer(ours)
    for wish, total, name in (({"customer_id": customer["id"]}, 1, "Acme"), ({"all": True}, 2, "all customers")):
        accepted = (await editor.post("/v1/zuora/extract-tasks", wish)).json()
        assert (accepted["sort"], accepted["total"]) == ("batch", total)
        shown = (await editor.get(f"/v1/batches/{accepted['id']}")).json()
        assert (shown["kind"], shown["name"]) == ("zuora.extractions", f"Tasks of {name}")
    made = await rows.fetch("SELECT kind, lane, concurrency_key FROM gateway.jobs WHERE tenant_id = $1", UUID(own))
    assert {(job["kind"], job["lane"]) for job in made} == {("zuora.extract-tasks", "low")}
    assert [job["concurrency_key"] for job in made].count(f"zuora:{ours}") == 2


async def test_a_workflow_is_extracted_with_its_environment_alone(tenant: Tenant):
    editor = await tenant.client()
    for target in ({"all": True}, {"customer_id": str(WORKFLOW)}, {}):
        refused = await editor.post("/v1/zuora/extract-tasks", {**target, "workflow_id": str(WORKFLOW)})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


async def test_syncs_are_recorded_with_what_they_were_asked_for(
    clients: Clients, tenant: Tenant, zuora_sync: ZuoraSyncDouble
):
    editor, admin = await tenant.client(), await tenant.client("tenant-admin")
    own = await tenant_id_of(admin)
    environment = str(zuora_sync.environment(own))
    wish = {"environment_id": environment, "override_guard": True}
    assert (await editor.post("/v1/zuora/syncs", wish)).status_code == 403
    made = (await admin.post("/v1/zuora/syncs", wish)).json()
    extracted = (await editor.post("/v1/zuora/extract-tasks", {"all": True})).json()
    entries = (await clients.admin.get("/v1/admin/audit", who=own)).json()["items"]
    assert [(entry["action"], entry["status"], entry["details"]) for entry in entries] == [
        ("POST /v1/zuora/extract-tasks", 202, {"all": True, "id": extracted["id"]}),
        ("POST /v1/zuora/syncs", 202, {**wish, "id": made["id"]}),
        ("POST /v1/zuora/syncs", 403, wish),
    ]


async def test_a_sync_that_may_override_the_guard_is_done_again_by_nobody(
    tenant: Tenant, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection
):
    editor, admin = await tenant.client(), await tenant.client("tenant-admin")
    environment = str(zuora_sync.environment(await tenant_id_of(admin)))
    over = """UPDATE gateway.jobs SET status = 'cancelled', completed_at = now(), out = false, place = NULL,
        due_at = NULL WHERE id = $1"""
    for override, status in ((True, 409), (False, 202)):
        wish = {"environment_id": environment, "override_guard": override}
        job = (await admin.post("/v1/zuora/syncs", wish)).json()["id"]
        for again in ("retry", "restart"):
            await rows.execute(over, UUID(job))
            assert (await editor.post(f"/v1/jobs/{job}/{again}", None)).status_code == status
