"""What is seen of a sync that was completed and still could not do all, and what is while zuora-sync is away."""

from typing import Any

import pytest
from typer.testing import CliRunner

from pressroom_client.cli import application
from unit.client.gateways import ID, event, live, problem
from unit.client.zuora_desk import (
    ACCEPTED,
    BATCH,
    CUSTOMER,
    ENVIRONMENT,
    JOB,
    MANY,
    NOW,
    OTHER,
    SCHEDULE,
    Zuora,
    listed,
)

GUARDED = {"code": "guard_refused", "detail": "20 of 60 would be deleted."}
ENDED = live(event("status", job_id=ID, status="processing"), event("result", id=ID, status="completed"))
KEPT = {**JOB, "result": {"unchanged": 40, "total": 40, "deletion_refused": 20, "errors": [GUARDED]}}
SYNC = {"job_id": OTHER, "environment_id": ID, "state": "completed", "started_at": NOW, "result": KEPT["result"]}
WORKFLOW = {"id": ID, "zuora_id": 7, "environment_id": ID, "environment": "p", "customer": "Acme", "name": "w"}
TASK = {"workflow_id": ID, "workflow": "w", "environment_id": ID, "zuora_task_id": 1, "name": "t", "action_type": "X"}


def batch(job: dict[str, Any], status: str = "completed") -> Zuora:
    ended = {**BATCH, "status": status}
    return Zuora(
        POST_zuora_syncs=MANY,
        GET_batches_OTHER_events=live(event("result", **ended)),
        GET_batches_OTHER=ended,
        GET_batches_OTHER_jobs=listed(job),
        GET_jobs_ID=job,
    )


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_sync_that_kept_what_it_should_delete_is_exit_code_three(arguments: list[str]) -> None:
    one = Zuora(POST_zuora_syncs=ACCEPTED, GET_jobs_ID_events=ENDED, GET_jobs_ID=KEPT)
    assert one.run("sync", "--environment", ID, "--wait", *arguments).exit_code == 3
    assert batch(KEPT).run("sync", "--all", "--wait", *arguments).exit_code == 3
    assert batch(KEPT, "partly_completed").run("sync", "--all", "--wait", *arguments).exit_code == 1
    assert batch({**JOB, "result": {"total": 2}}).run("sync", "--all", "--wait", *arguments).exit_code == 0


def test_what_was_kept_and_why_is_in_both_tables() -> None:
    done = batch(KEPT).run("sync", "--all", "--wait")
    shown = Zuora(GET_zuora_syncs=listed(SYNC)).run("syncs")
    for text in (done.stdout, shown.stdout):
        heads, row = text.splitlines()[:2]
        assert "deletion_refused" in heads
        assert {"20", "guard_refused"} <= set(row.split())
    assert "Acme/production: guard_refused: 20 of 60 would be deleted.\n" in done.stderr


def test_an_attempt_that_failed_is_no_job_that_failed() -> None:
    failed = {**SYNC, "state": "failed", "result": None, "error": {"code": "unavailable"}}
    heads, row = Zuora(GET_zuora_syncs=listed(failed)).run("syncs").stdout.splitlines()[:2]
    assert ("attempt" in heads.split(), "status" in heads.split()) == (True, False)
    assert {"Acme/production", "failed", "unavailable"} <= set(row.split())


def test_what_is_wrong_is_told_in_lists_by_its_code() -> None:
    found = listed({**WORKFLOW, "export_error": {"code": "export_missing"}})
    assert "export_missing" in Zuora(GET_zuora_workflows=found).run("workflows").stdout
    zuora = Zuora()
    last = {**SYNC, "state": "failed", "result": None, "error": {"code": "bad_credentials"}}
    zuora.answers["GET_zuora_environments"] = {"items": [{**ENVIRONMENT, "last_sync": last}]}
    assert "failed: bad_credentials" in zuora.run("environments", "list").stdout


@pytest.mark.parametrize("command", [["customers", "list"], ["schedules", "list"], ["workflows"], ["tasks"]])
def test_a_list_that_is_not_whole_says_so(command: list[str]) -> None:
    zuora = Zuora(
        GET_zuora_customers=listed(CUSTOMER, CUSTOMER),
        GET_zuora_schedules=listed(SCHEDULE, SCHEDULE),
        GET_zuora_workflows=listed(WORKFLOW, WORKFLOW),
        GET_zuora_tasks=listed(TASK, TASK),
    )
    cut, whole = (zuora.run(*command, "--limit", limit) for limit in ("1", "2"))
    assert (cut.exit_code, cut.stderr) == (0, "There are more than 1: --limit has more of them.\n")
    assert (whole.exit_code, whole.stderr) == (0, "")
    assert len(whole.stdout.splitlines()) == len(cut.stdout.splitlines()) + 1


def test_a_secret_is_asked_for_once_it_is_known_what_it_is_for() -> None:
    wish = ["--base-url", "https://rest.zuora.com", "--client-id", "c"]
    for command in (["add", "Nobody", "sandbox", *wish], ["edit", "Nobody/sandbox", "--new-secret"]):
        assert "There is no" in Zuora().run("environments", *command).stderr


def test_the_summaries_of_commands_fit_a_terminal() -> None:
    for group in ([], ["customers"], ["environments"], ["schedules"]):
        told = CliRunner().invoke(application, ["zuora", *group, "--help"], terminal_width=80).stdout
        assert not [line for line in told.splitlines()[1:] if line.endswith("...")]


def test_a_schedule_is_told_by_its_environment_in_one_form_of_time_and_without_runs_that_will_not_come() -> None:
    paused = {**SCHEDULE, "next_at": None, "paused_by": "key:x", "paused_at": NOW}
    answers: dict[str, Any] = {"GET_zuora_schedules_OTHER": paused, "POST_zuora_schedules_OTHER_pause": paused}
    for what in ("show", "pause"):
        shown = Zuora(**answers).run("schedules", what, OTHER).stdout
        assert "Acme/production" in shown
        assert "by key:x at 2030-01-01 00:00:00Z" in shown
        assert "next" not in shown
    asked = Zuora(**answers).run("schedules", "delete", OTHER, typed="n\n")
    assert "Delete the schedule 0 2 * * * UTC of Acme/production?" in asked.stderr


def test_names_are_not_waited_for() -> None:
    zuora = Zuora(GET_zuora_schedules_OTHER=SCHEDULE, GET_zuora_environments=problem(503, "unavailable"))
    assert ID in zuora.run("schedules", "show", OTHER).stdout
    assert zuora.gateway.clock.slept == []


def test_what_is_tried_again_is_said_and_why_once() -> None:
    done = Zuora(GET_zuora_workflows=problem(503, "unavailable", retry_after="5")).run("workflows")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("pressroom: 503 unavailable: Do something else. Trying again in ")
    assert lines[1].startswith("pressroom: Trying again in ")
    assert (len(lines), done.exit_code) == (5, 1)


@pytest.mark.parametrize("command", [["sync"], ["extract-tasks"], ["schedules", "trigger", OTHER]])
def test_a_timeout_bounds_everything(command: list[str]) -> None:
    away = problem(503, "unavailable", retry_after="5")
    answers: dict[str, Any] = {"POST_zuora_extract-tasks": away, "POST_zuora_schedules_OTHER_trigger": away}
    zuora = Zuora(POST_zuora_syncs=away, **answers)
    target = [] if command[0] == "schedules" else ["--environment", ID]
    done = zuora.run(*command, *target, "--wait", "--timeout", "8")
    assert (done.exit_code, "unavailable" in done.stderr) == (1, True)
    assert 0 < zuora.gateway.clock.now <= 8
    assert zuora.gateway.heard[-1].extensions["timeout"]["read"] <= 8
