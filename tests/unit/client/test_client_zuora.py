"""Zuora on the command line: what is sent, what is shown, and where secrets come from."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from pressroom_client.cli import application
from pressroom_client.cli.zuora_targets import SECRET
from unit.client.gateways import ID, Gateway, answer, event, live, problem
from unit.client.zuora_desk import (
    ACCEPTED,
    BATCH,
    CUSTOMER,
    ENVIRONMENT,
    EXPORT,
    JOB,
    MANY,
    NOW,
    OTHER,
    SCHEDULE,
    Zuora,
    listed,
)


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (["--customer", "Acme"], {"customer_id": OTHER}),
        (["--environment", ID, "--full"], {"environment_id": ID, "full": True}),
        (["--environment", "acme/Production", "--dry-run"], {"environment_id": ID, "dry_run": True}),
        (["--all", "--override-guard"], {"all": True, "override_guard": True}),
    ],
)
def test_sync_names_its_target_by_name_or_id(arguments: list[str], body: dict[str, Any]) -> None:
    zuora = Zuora(POST_zuora_syncs=ACCEPTED)
    done = zuora.run("sync", *arguments)
    assert (done.exit_code, done.stdout) == (0, f"{ID}\n")
    assert zuora.body == body
    assert zuora.gateway.heard[-1].headers["Idempotency-Key"]


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (["--environment", "Acme/production", "--workflow", OTHER], {"environment_id": ID, "workflow_id": OTHER}),
        (["--customer", "Acme"], {"customer_id": OTHER}),
        (["--all"], {"all": True}),
    ],
)
def test_tasks_are_extracted_of_the_same_targets(arguments: list[str], body: dict[str, Any]) -> None:
    zuora = Zuora()
    zuora.answers["POST_zuora_extract-tasks"] = ACCEPTED
    assert zuora.run("extract-tasks", *arguments).exit_code == 0
    assert zuora.body == body


@pytest.mark.parametrize("command", ["sync", "extract-tasks"])
@pytest.mark.parametrize("arguments", [[], ["--all", "--customer", "Acme"]])
def test_jobs_need_exactly_one_target(command: str, arguments: list[str]) -> None:
    zuora = Zuora()
    assert (zuora.run(command, *arguments).exit_code, zuora.sent) == (2, [])


def test_a_workflow_is_extracted_with_its_environment() -> None:
    zuora = Zuora()
    assert (zuora.run("extract-tasks", "--all", "--workflow", OTHER).exit_code, zuora.sent) == (2, [])


@pytest.mark.parametrize("arguments", [["--customer", "Nobody"], ["--environment", "Acme/nowhere"]])
def test_what_is_not_there_is_said_and_nothing_is_synced(arguments: list[str]) -> None:
    zuora = Zuora(POST_zuora_syncs=ACCEPTED)
    done = zuora.run("sync", *arguments)
    assert (done.exit_code, "There is no" in done.stderr) == (1, True)
    assert ("POST", "/v1/zuora/syncs") not in zuora.sent


def test_a_sync_that_is_waited_for_shows_what_it_counted() -> None:
    ended = live(event("status", job_id=ID, status="processing"), event("result", id=ID, status="completed"))
    zuora = Zuora(POST_zuora_syncs=ACCEPTED, GET_jobs_ID_events=ended, GET_jobs_ID=JOB)
    done = zuora.run("sync", "--environment", ID, "--wait")
    assert done.exit_code == 3, done.output
    assert "created" in done.stdout
    assert 'Acme/production, workflow 7 "First: reminder": export_missing: 404' in done.stderr
    assert json.loads(zuora.run("sync", "--environment", ID, "--wait", "--json").stdout)["result"]["created"] == 2


def test_a_sync_that_failed_is_exit_code_one() -> None:
    ended = live(event("error", job_id=ID, status=502, code="bad_credentials", detail="Test the environment."))
    done = Zuora(POST_zuora_syncs=ACCEPTED, GET_jobs_ID_events=ended).run("sync", "--environment", ID, "--wait")
    assert (done.exit_code, "bad_credentials" in done.stderr) == (1, True)


@pytest.mark.parametrize(("status", "code"), [("completed", 3), ("partly_completed", 1)])
def test_a_sync_of_all_shows_every_environment(status: str, code: int) -> None:
    ended = {**BATCH, "status": status}
    zuora = Zuora(
        POST_zuora_syncs=MANY,
        GET_batches_OTHER_events=live(event("result", **ended)),
        GET_batches_OTHER=ended,
        GET_batches_OTHER_jobs=listed(JOB),
        GET_jobs_ID=JOB,
    )
    done = zuora.run("sync", "--all", "--wait")
    assert done.exit_code == code, done.output
    assert all(word in done.stdout for word in ("Acme", "production", "completed", "tasks"))


def test_the_secret_is_asked_for_or_read_and_never_an_argument() -> None:
    saved = {**CUSTOMER, "sync_job_ids": [ID]}
    wish = ["customers", "add", "Acme", "--base-url", "https://rest.zuora.com", "--client-id", "c"]
    by_variable, by_stdin = Zuora(POST_zuora_customers=saved), Zuora(POST_zuora_customers=saved)
    done = by_variable.run(*wish, **{SECRET: "CANARY"})
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{OTHER}\n"
    assert "watch" in done.stderr
    by_stdin.run(*wish, "--secret-stdin", typed="CANARY\n")
    for zuora in (by_variable, by_stdin):
        assert zuora.body["environments"][0]["client_secret"] == "CANARY"
        assert zuora.body["environments"][0]["name"] == "production"
    assert "CANARY" not in done.output
    without = Zuora().run(*wish)
    assert (without.exit_code, SECRET in without.stderr) == (1, True)


def test_no_command_has_an_option_that_takes_a_secret() -> None:
    for command in (["customers", "add"], ["environments", "add"], ["environments", "edit"]):
        help_ = CliRunner().invoke(application, ["zuora", *command, "--help"]).stdout
        assert "--secret-stdin" in help_
        assert "--client-secret" not in help_
        assert "--secret " not in help_


def test_an_environment_is_changed_by_what_is_given() -> None:
    zuora = Zuora(PATCH_zuora_environments_ID={**ENVIRONMENT, "sync_job_id": None})
    assert zuora.run("environments", "edit", "Acme/production", "--name", "live").exit_code == 0
    assert zuora.body == {"name": "live"}
    assert zuora.run("environments", "edit", "Acme/production").exit_code == 2
    zuora.run("environments", "edit", ID, "--secret-stdin", typed="new\n")
    assert zuora.run("customers", "add", "Acme", "--base-url", "x").exit_code == 2
    assert zuora.run("customers", "add", "Acme", "--environment", "sandbox").exit_code == 2


@pytest.mark.parametrize("what", [["customers", "delete", "Acme"], ["environments", "delete", "Acme/production"]])
def test_deletions_are_asked_for(what: list[str]) -> None:
    gone = httpx2.Response(204)
    zuora = Zuora(
        DELETE_zuora_customers_OTHER=gone,
        DELETE_zuora_environments_ID=gone,
    )
    refused = zuora.run(*what, typed="n\n")
    assert (refused.exit_code, "3 workflows" in refused.stderr) == (1, True)
    assert not [path for method, path in zuora.sent if method == "DELETE"]
    assert zuora.run(*what, "--yes").exit_code == 0
    assert [method for method, _ in zuora.sent].count("DELETE") == 1


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_a_test_says_what_is_missing(*, ok: bool, code: int) -> None:
    told = {"ok": ok, "token": "granted", "listing": "granted", "exporting": "granted" if ok else "refused"}
    told |= {} if ok else {"code": "export_forbidden", "detail": "Give Manage."}
    zuora = Zuora(POST_zuora_environments_ID_test=told)
    for command in (["customers", "test", "Acme"], ["environments", "test", "Acme/production"]):
        done = zuora.run(*command)
        assert (done.exit_code, "export_forbidden: Give Manage." in done.stdout) == (code, not ok)


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["workflows", "--customer", "Acme", "--text", "dunning"], {"customer_id": OTHER, "text": "dunning"}),
        (["tasks", "--environment", ID, "--type", "Callout", "--host", "h"], {"action_type": "Callout", "host": "h"}),
        (["lint", "--environment", "Acme/production"], {"environment_id": ID}),
        (["syncs", "--environment", ID], {"environment_id": ID}),
    ],
)
def test_lists_hand_on_their_filters(arguments: list[str], query: dict[str, str]) -> None:
    empty = listed()
    zuora = Zuora(
        GET_zuora_workflows=empty,
        GET_zuora_tasks=empty,
        GET_zuora_lint={**empty, "workflows": 1},
        GET_zuora_syncs=empty,
    )
    done = zuora.run(*arguments, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])
    sent = dict(zuora.gateway.heard[-1].url.params)
    assert {name: sent[name] for name in query} == query
    assert zuora.run(*arguments).exit_code == 0


def test_an_export_goes_to_a_file_that_others_cannot_read_where_it_has_secrets(tmp_path: Path) -> None:
    zuora = Zuora(GET_zuora_workflows_ID_export=EXPORT)
    assert json.loads(zuora.run("export", ID).stdout) == {"tasks": []}
    file = tmp_path / "export.json"
    assert zuora.run("export", ID, "--secrets", "--to", str(file)).exit_code == 0
    assert zuora.gateway.heard[-1].url.params["secrets"] == "true"
    assert (json.loads(file.read_text()), file.stat().st_mode & 0o777) == ({"tasks": []}, 0o600)


def test_what_opens_exports_or_deletes_much_is_waited_for_longer_than_the_gateway_waits() -> None:
    gone, drawn = httpx2.Response(204), httpx2.Response(200, text="<svg/>")
    diff = {"left": "1", "right": "2", "equal": True}
    drift = {"left": ID, "right": ID, "items": [], "next_cursor": None}
    zuora = Zuora(
        GET_zuora_lint={**listed(), "workflows": 1},
        GET_zuora_workflows_ID_diff=diff,
        GET_zuora_workflows_ID_export=EXPORT,
        GET_zuora_drift=drift,
        DELETE_zuora_customers_OTHER=gone,
        DELETE_zuora_environments_ID=gone,
        **{"GET_zuora_workflows_ID_graph.svg": drawn},
    )
    for command in (
        ["lint"],
        ["diff", ID],
        ["graph", ID],
        ["export", ID],
        ["drift", ID, ID],
        ["customers", "delete", "Acme", "--yes"],
        ["environments", "delete", "Acme/production", "--yes"],
    ):
        zuora.answers["GET_zuora_environments_ID"] = ENVIRONMENT
        done = zuora.run(*command)
        assert done.exit_code == 0, done.output
        assert zuora.gateway.heard[-1].extensions["timeout"]["read"] > 60, command


def test_a_graph_is_what_the_gateway_drew() -> None:
    zuora = Zuora(GET_zuora_workflows_ID_graph_svg=None)
    zuora.answers["GET_zuora_workflows_ID_graph.svg"] = httpx2.Response(200, text="<svg/>")
    assert zuora.run("graph", ID).stdout == "<svg/>"


ME = {
    "tenant": {"id": OTHER, "slug": "a", "name": "A", "created_at": NOW},
    "key": {
        "id": ID,
        "tenant_id": OTHER,
        "name": "k",
        "prefix": "p",
        "role": "viewer",
        "created_by": "key:x",
        "created_at": NOW,
    },
    "role": "viewer",
    "scopes": [],
}


def test_a_backup_is_made_of_every_environment_and_committed(tmp_path: Path) -> None:
    zuora = Zuora(GET_me=ME, GET_zuora_exports=listed(EXPORT))
    first = json.loads(zuora.run("backup", "--to", str(tmp_path), "--git", "--json").stdout)
    assert first["written"] == ["Acme/production/Dunning-7.json"]
    assert first["commit"]
    assert dict(zuora.gateway.heard[-1].url.params) == {"environment_id": ID, "limit": "20"}
    again = zuora.run("backup", "--to", str(tmp_path), "--git", "--customer", "Acme")
    assert again.stdout == "0 written, 0 removed, 1 unchanged\n"
    zuora.answers["GET_zuora_environments"] = {"items": []}
    assert "1 removed" in zuora.run("backup", "--to", str(tmp_path), "--git").stdout


def test_a_backup_goes_to_no_file(tmp_path: Path) -> None:
    file = tmp_path / "backup.json"
    file.write_text("mine")
    refused = Zuora(GET_me=ME, GET_zuora_exports=listed(EXPORT)).run("backup", "--to", str(file))
    assert (refused.exit_code, "is a file, and no folder" in refused.stderr) == (1, True)
    assert file.read_text() == "mine"


def test_schedules_are_shown_with_the_names_of_their_environments() -> None:
    zuora = Zuora(GET_zuora_schedules=listed(SCHEDULE))
    assert "Acme/production" in zuora.run("schedules", "list").stdout
    zuora.answers["GET_zuora_environments"] = problem(503, "unavailable")
    assert ID in zuora.run("schedules", "list").stdout


@pytest.mark.parametrize("what", ["pause", "resume", "show"])
def test_a_schedule_is_shown_after_what_was_done(what: str) -> None:
    answers = {f"POST_zuora_schedules_OTHER_{what}": SCHEDULE, "GET_zuora_schedules_OTHER": SCHEDULE}
    done = Zuora(**answers).run("schedules", what, OTHER)
    assert (done.exit_code, "0 2 * * * UTC" in done.stdout) == (0, True)


def test_a_schedule_is_added_changed_triggered_and_deleted() -> None:
    zuora = Zuora(
        POST_zuora_schedules=answer(201, SCHEDULE),
        PATCH_zuora_schedules_OTHER=SCHEDULE,
        POST_zuora_schedules_OTHER_trigger=ACCEPTED,
        GET_zuora_schedules_OTHER=SCHEDULE,
        DELETE_zuora_schedules_OTHER=httpx2.Response(204),
    )
    wish = ["Acme/production", "0 2 * * *", "--timezone", "Europe/Berlin", "--jitter", "0", "--full"]
    assert zuora.run("schedules", "add", *wish).stdout == f"{OTHER}\n"
    assert zuora.body == {
        "environment_id": ID,
        "cron": "0 2 * * *",
        "timezone": "Europe/Berlin",
        "jitter_seconds": 0,
        "full": True,
    }
    assert zuora.run("schedules", "edit", OTHER, "--changes").exit_code == 0
    assert zuora.body == {"full": False}
    assert zuora.run("schedules", "edit", OTHER).exit_code == 2
    assert zuora.run("schedules", "trigger", OTHER).stdout == f"{ID}\n"
    assert zuora.run("schedules", "delete", OTHER, "--yes").exit_code == 0


def test_every_command_can_write_json() -> None:
    def silent(command: Any, path: str) -> list[str]:
        if hasattr(command, "commands"):
            return [each for name, sub in command.commands.items() for each in silent(sub, f"{path} {name}")]
        return [] if any("--json" in parameter.opts for parameter in command.params) else [path]

    group: Any = get_command(application)
    assert silent(group.commands["zuora"], "zuora") == []


async def test_the_asynchronous_client_reads_lists_page_by_page() -> None:
    workflow: Callable[[int], dict[str, Any]] = lambda number: {  # noqa: E731 - a row of a table
        "id": str(UUID(int=number)),
        "zuora_id": number,
        "environment_id": ID,
        "environment": "p",
        "customer": "Acme",
        "name": f"w{number}",
    }
    pages = [{"items": [workflow(1)], "next_cursor": "more"}, listed(workflow(2))]
    gateway = Gateway([answer(200, page) for page in pages])
    async with gateway.aclient() as client:
        assert [each.name async for each in client.zuora.workflows.list(deleted="include")] == ["w1", "w2"]
    assert gateway.heard[1].url.params["cursor"] == "more"
