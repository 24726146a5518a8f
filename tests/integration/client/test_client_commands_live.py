"""The command line against running services."""

import json
from uuid import UUID

from integration.client.conftest import Terminal
from integration.delivery.system import System


async def test_a_text_now(system: System, terminal: Terminal) -> None:
    await system.start_worker()
    made = json.loads(await terminal.ok("generate", "Write about tea", "--now", "--json"))
    assert (made["status"], made["priority"]) == ("completed", "high")
    text = await terminal.ok("generate", "Write about tea", "--now")
    assert text == made["content"].strip()
    await system.check([UUID(made["id"])])


async def test_a_process_that_waits_for_a_text(system: System, terminal: Terminal) -> None:
    await system.start_worker()
    process = await terminal.start("generate", "Write about milk", "--wait")
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    [newest] = json.loads(await terminal.ok("jobs", "--limit", "1", "--json"))
    job = json.loads(await terminal.ok("show", newest["id"], "--json"))
    assert out.decode().strip() == job["result"]["content"].strip()
    assert [entry["status"] for entry in job["timeline"]][-1] == "completed"


async def test_several_jobs_are_waited_for_together(system: System, terminal: Terminal) -> None:
    await system.start_worker()
    ids = [await terminal.ok("generate", f"Write about {topic}") for topic in ("rice", "bread")]
    done = await terminal.run("wait", *ids, "--interval", "0.2")
    assert done.exit_code == 0
    assert done.stdout.split() == [ids[0], "completed", ids[1], "completed"]
    assert "2 of 2 over" in done.stderr


async def test_a_job_that_waits_is_explained_moved_paused_cancelled_and_repeated(
    system: System, terminal: Terminal
) -> None:
    job = await terminal.ok("generate", "Later", "--run-at", "2099-01-01", "--priority", "low")
    assert "It waits for its time." in await terminal.ok("why", job)
    assert await terminal.ok("pause", job) == f"{job} blocked"
    assert await terminal.ok("resume", job) == f"{job} scheduled"
    assert await terminal.ok("move", job, "--at", "2098-01-01", "--priority", "high") == f"{job} scheduled"
    moved = json.loads(await terminal.ok("show", job, "--json"))
    assert (moved["run_at"], moved["priority"]) == ("2098-01-01T00:00:00Z", "high")
    assert await terminal.ok("cancel", job) == f"{job} cancelled"
    again = await terminal.run("pause", job)
    assert again.exit_code == 1
    assert "409 conflict" in again.stderr
    [repeated] = json.loads(await terminal.ok("retry", job, "--prompt", "Sooner", "--json"))
    assert repeated["id"] != job
    await terminal.ok("cancel", repeated["id"])


async def test_prompts(system: System, terminal: Terminal) -> None:
    prompt = await terminal.ok("prompts", "create", "Short", "About {{topic}}.")
    assert await terminal.ok("prompts", "add-version", prompt, "In brief: {{topic}}.") == "version 2"
    assert await terminal.ok("prompts", "label", prompt, "production", "2") == "production: 2"
    assert await terminal.ok("prompts", "render", prompt, "--var", "topic=tea") == "In brief: tea."
    assert "1. About {{topic}}." in await terminal.ok("prompts", "show", prompt)
    assert prompt in await terminal.ok("prompts", "list")
    refused = await terminal.run("generate", "--prompt-id", prompt)
    assert refused.exit_code == 1
    assert "missing_variable" in refused.stderr
    assert "variables.topic" in refused.stderr


async def test_operators_pause_lanes_and_delete_jobs(system: System, operators: Terminal) -> None:
    assert "low" in await operators.ok("admin", "pause", "lane", "low")
    job = await operators.ok("generate", "Wait", "--priority", "low")
    assert "paused" in await operators.ok("why", job)
    doctor = await operators.run("doctor", "--no-generation")
    assert "WRONG  lanes" in doctor.stdout
    assert await operators.ok("cancel", job) == f"{job} cancelled"
    assert "low" not in await operators.ok("admin", "resume", "lane", "low")
    declined = await operators.run("admin", "jobs", "delete", "--id", job, typed="n\n")
    assert (declined.exit_code, "Delete 1 job?" in declined.stderr) == (1, True)
    assert await system.status(UUID(job)) == "cancelled"
    assert await operators.ok("admin", "jobs", "delete", "--id", job, "--yes") == "1 job found, 1 done."
    assert "404 not_found" in (await operators.run("show", job)).stderr
    assert "POST /v1/admin/jobs/delete" in await operators.ok("admin", "audit")
    assert await operators.ok("admin", "parked", "list", "--json") == "[]"


async def test_others_are_refused(terminal: Terminal) -> None:
    done = await terminal.run("admin", "lanes")
    assert done.exit_code == 1
    assert done.stderr.startswith("pressroom: 403 forbidden: ")


async def test_the_doctor_tells_a_living_system_from_one_without_workers(system: System, terminal: Terminal) -> None:
    alone = await terminal.run("doctor", "--patience", "1")
    assert alone.exit_code == 1
    assert "WRONG  generation" in alone.stdout
    await system.start_worker()
    assert "ok     generation" in await terminal.ok("doctor")


async def test_the_doctor_misses_the_monitor(system: System, operators: Terminal) -> None:
    done = await operators.run("doctor", "--no-generation")
    assert done.exit_code == 1
    assert "WRONG  workers" in done.stdout
    assert "monitor" in done.stdout
