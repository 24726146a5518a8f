"""From the command line through gateway, broker and zuora-sync to Zuora, and back."""

import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from integration.zuora_gateway.system import Person, ZuoraSystem, is_away
from pressroom_client import PressroomError
from pressroom_devstack.fake_zuora import FakeZuora
from pressroom_devstack.fake_zuora.account import AccountSpec
from pressroom_devstack.infrastructure import Infrastructure

CANARY = "canary-4f2a"


@pytest.fixture(scope="module")
async def system(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ZuoraSystem]:
    async with FakeZuora.started() as zuora:
        made = ZuoraSystem(infrastructure, tmp_path_factory.mktemp("zuora") / "system", zuora)
        async with made.running():
            yield made


@pytest.fixture
async def admin(system: ZuoraSystem) -> Person:
    """Of a tenant of the test's own."""
    return await system.person(f"tenant-{secrets.token_hex(4)}")


async def account(zuora: FakeZuora, **wish: Any) -> str:
    """A client id of the test's own."""
    client_id = f"client-{secrets.token_hex(4)}"
    await zuora.seed(AccountSpec(client_id=client_id, **{"workflows": 12, "canary": CANARY} | wish))
    return client_id


async def test_a_saved_customer_is_synced_and_all_of_it_can_be_read(system: ZuoraSystem, admin: Person, tmp_path: Path):
    client_id = await account(system.zuora)
    await admin.adds("Acme", client_id)
    truth = await system.zuora.truth(client_id)
    workflows = await admin.zuora("workflows")
    assert {each["zuora_id"]: each["name"] for each in workflows} == {
        each.id: each.name for each in truth.workflows.values()
    }
    tasks = await admin.zuora("tasks", "--limit", "1000")
    assert len(tasks) == sum(len(each.tasks) for each in truth.workflows.values())
    assert {task["action_type"] for task in await admin.zuora("tasks", "--type", "Callout")} == {"Callout"}
    assert await admin.zuora("lint", "--environment", "Acme/production")
    first = workflows[0]["id"]
    assert (await admin.ok("zuora", "graph", first)).startswith("<svg")
    assert CANARY not in await admin.ok("zuora", "export", first)
    whole = json.loads(await admin.ok("zuora", "export", first, "--secrets"))
    assert whole == truth.workflows[workflows[0]["zuora_id"]].export

    folder = tmp_path / "backup"
    made = await admin.zuora("backup", "--to", str(folder), "--git")
    assert (len(made["written"]), bool(made["commit"])) == (12, True)
    assert CANARY not in "".join(path.read_text() for path in folder.rglob("*.json"))
    again = await admin.zuora("backup", "--to", str(folder), "--git")
    assert (again["written"], again["unchanged"], again["commit"]) == ([], 12, None)


async def test_what_changes_in_zuora_is_seen_as_a_version_a_diff_and_drift(system: ZuoraSystem, admin: Person):
    theme = secrets.token_hex(4)
    production, sandbox = [await account(system.zuora, theme=theme, first_id=first) for first in (1, 500)]
    await admin.adds("Acme", production)
    await admin.adds("Acme copy", sandbox)
    equal = await admin.zuora("drift", "Acme/production", "Acme copy/production")
    assert (equal["equal"], equal["items"]) == (12, [])

    workflow = (await admin.zuora("workflows", "--customer", "Acme"))[0]
    truth = (await system.zuora.truth(production)).workflows[workflow["zuora_id"]]
    task = truth.tasks[0]["id"]
    await system.zuora.do(
        production, "set_task", workflow["zuora_id"], task_id=task, fields={"name": "Renamed by hand"}
    )
    job = await admin.zuora("sync", "--customer", "Acme", "--wait")
    assert [each["result"].get("updated") for each in job["jobs"]] == [1]
    assert [each["number"] for each in await admin.zuora("versions", workflow["id"])] == [2, 1]
    told = await admin.zuora("diff", workflow["id"])
    assert "Renamed by hand" in {change["name"] for change in told["changes"]}
    drifted = await admin.run("zuora", "drift", "Acme/production", "Acme copy/production", "--exit-code")
    assert (drifted.exit_code, "Renamed by hand" in drifted.stdout) == (1, True)


async def test_all_customers_are_synced_as_one_batch(system: ZuoraSystem, admin: Person):
    for name in ("Acme", "Globex", "Initech"):
        await admin.adds(name, await account(system.zuora, workflows=3))
    shown = await admin.ok("zuora", "sync", "--all", "--full", "--wait")
    assert all(name in shown for name in ("Acme", "Globex", "Initech"))
    told = await admin.zuora("sync", "--all", "--wait")
    assert (told["batch"]["status"], told["batch"]["total"]) == ("completed", 3)
    assert {job["result"]["unchanged"] for job in told["jobs"]} == {3}


async def test_tenants_with_the_same_ids_see_their_own_alone(system: ZuoraSystem, admin: Person):
    other = await system.person(f"tenant-{secrets.token_hex(4)}")
    mine, theirs = [await account(system.zuora, workflows=count) for count in (5, 7)]
    saved, foreign = await admin.adds("Acme", mine), await other.adds("Acme", theirs)
    assert (len(await admin.zuora("workflows")), len(await other.zuora("workflows"))) == (5, 7)
    workflow = (await other.zuora("workflows"))[0]["id"]
    environment = foreign["environments"][0]["id"]
    for command in (
        ["versions", workflow],
        ["diff", workflow],
        ["graph", workflow],
        ["export", workflow],
        ["export", workflow, "--secrets"],
        ["customers", "edit", foreign["id"], "--name", "Mine"],
        ["customers", "delete", foreign["id"], "--yes"],
        ["customers", "test", foreign["id"]],
        ["environments", "edit", environment, "--name", "mine"],
        ["environments", "delete", environment, "--yes"],
        ["sync", "--environment", environment],
        ["extract-tasks", "--environment", environment],
        ["drift", saved["environments"][0]["id"], environment],
        ["schedules", "add", environment, "0 2 * * *"],
        ["workflows", "--environment", environment],
        ["tasks", "--workflow", workflow],
    ):
        refused = await admin.run("zuora", *command)
        assert (refused.exit_code, "404 not_found" in refused.stderr) == (1, True), (command, refused.output)
    assert len(await other.zuora("workflows")) == 7


async def test_viewers_read_editors_sync_and_neither_sees_secrets(system: ZuoraSystem):
    tenant = f"tenant-{secrets.token_hex(4)}"
    admin, editor, viewer = [await system.person(tenant, role) for role in ("tenant-admin", "editor", "viewer")]
    await admin.adds("Acme", await account(system.zuora, workflows=2))
    workflow = (await viewer.zuora("workflows"))[0]["id"]
    assert (await viewer.run("zuora", "sync", "--all")).exit_code == 1
    assert (await editor.run("zuora", "sync", "--all")).exit_code == 0
    for person in (viewer, editor):
        refused = await person.run("zuora", "export", workflow, "--secrets")
        assert (refused.exit_code, "forbidden" in refused.stderr) == (1, True)
        assert (await person.run("zuora", "customers", "delete", "Acme", "--yes")).exit_code == 1


async def test_a_wrong_secret_and_a_missing_right_are_each_one_clear_error(system: ZuoraSystem, admin: Person):
    await admin.adds("Wrong", await account(system.zuora), secret="not it")
    tried = await admin.run("zuora", "customers", "test", "Wrong")
    assert (tried.exit_code, "bad_credentials" in tried.stdout) == (1, True)
    failed = (await admin.zuora("syncs"))[0]
    assert (failed["state"], failed["error"]["code"]) == ("failed", "bad_credentials")
    await admin.adds("Viewer", await account(system.zuora, rights=("view",)))
    tried = await admin.run("zuora", "customers", "test", "Viewer")
    assert (tried.exit_code, "export_forbidden" in tried.stdout) == (1, True)
    elsewhere = ["--base-url", "https://example.com", "--client-id", "c"]
    refused = await admin.run(
        *("zuora", "customers", "add", "Elsewhere", *elsewhere), PRESSROOM_ZUORA_CLIENT_SECRET="fake"
    )
    assert (refused.exit_code, "host_not_allowed" in refused.stderr) == (1, True)


async def test_tasks_are_extracted_again_without_asking_zuora(system: ZuoraSystem, admin: Person):
    client_id = await account(system.zuora, workflows=3)
    await admin.adds("Acme", client_id)
    before = len(await system.zuora.calls(account=client_id))
    job = await admin.zuora("extract-tasks", "--environment", "Acme/production", "--wait")
    assert (job["status"], job["kind"]) == ("completed", "zuora.extract-tasks")
    assert job["result"]["tasks"] == len(await admin.zuora("tasks", "--limit", "1000"))
    assert len(await system.zuora.calls(account=client_id)) == before


async def test_a_schedule_syncs_and_goes_with_its_customer(system: ZuoraSystem, admin: Person):
    await admin.adds("Acme", await account(system.zuora, workflows=2))
    schedule = await admin.zuora("schedules", "add", "Acme/production", "0 2 * * *", "--timezone", "Europe/Berlin")
    assert len(schedule["next_runs"]) == 5
    job = await admin.zuora("schedules", "trigger", schedule["id"], "--wait")
    assert (job["status"], job["result"]["unchanged"]) == ("completed", 2)
    assert (await admin.zuora("schedules", "pause", schedule["id"]))["paused_by"]
    await admin.ok("zuora", "customers", "delete", "Acme", "--yes")
    assert await admin.zuora("schedules", "list") == []
    assert await admin.zuora("workflows") == []


async def test_a_job_of_zuora_is_restarted_like_any_other(system: ZuoraSystem, admin: Person):
    saved = await admin.adds("Acme", await account(system.zuora, workflows=2))
    job = saved["sync_job_ids"][0]
    shown = await admin.told("show", job)
    assert (shown["status"], shown["result"]["created"]) == ("completed", 2)
    async with admin.http() as http:
        assert (await http.post(f"/v1/jobs/{job}/restart")).status_code == 202
    await admin.ok("wait", job, "--interval", "0.2")
    again = await admin.told("show", job)
    assert (again["attempt"], again["result"]["unchanged"]) == (2, 2)
    dry = await admin.zuora("sync", "--all", "--full", "--dry-run", "--wait")
    assert [each["result"]["dry_run"] for each in dry["jobs"]] == [True]
    watched = json.loads(await admin.ok("watch", job))
    assert (watched["kind"], watched["result"]["unchanged"]) == ("zuora.sync", 2)


async def test_while_zuora_sync_is_away_jobs_wait_and_are_done_afterwards(system: ZuoraSystem, admin: Person):
    await admin.adds("Acme", await account(system.zuora, workflows=2))
    schedule = await admin.zuora("schedules", "add", "Acme/production", "0 2 * * *")
    await is_away(system.zuora_sync)
    try:
        async with admin.impatient() as client:
            with pytest.raises(PressroomError) as refused:
                await client.zuora.workflows.list().__anext__()
        assert (refused.value.status, refused.value.code) == (503, "unavailable")
        job = (await admin.zuora("schedules", "trigger", schedule["id"]))["id"]
    finally:
        await system.restart_zuora_sync()
    await admin.ok("wait", job, "--timeout", "60", "--interval", "0.2")
