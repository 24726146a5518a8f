"""What is seen of a sync that was completed and still could not do all, and what is while zuora-sync is away."""

from typing import Any

import pytest
from typer.testing import CliRunner

from pressroom_client.cli import application, screen
from pressroom_client.cli.session import TellsRetries
from pressroom_client.errors import PressroomError
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

GUARDED = {"code": "guard_refused", "detail": "20 of 60 would be deleted. Sync once more with `override_guard`."}
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
    told = "Acme/production: guard_refused: 20 of 60 would be deleted. Sync once more with --override-guard.\n"
    assert done.stderr.endswith(f"{told}What would be deleted is counted by --override-guard --dry-run.\n")


def test_a_dry_run_is_marked_wherever_its_counts_are_and_is_not_told_to_make_one() -> None:
    tried = {**KEPT, "result": {**KEPT["result"], "dry_run": True}}
    one = Zuora(POST_zuora_syncs=ACCEPTED, GET_jobs_ID_events=ENDED, GET_jobs_ID=tried)
    alone = one.run("sync", "--environment", ID, "--dry-run", "--wait")
    together = batch(tried).run("sync", "--all", "--dry-run", "--wait")
    zuora = Zuora(GET_zuora_syncs=listed({**SYNC, "dry_run": True}))
    zuora.answers["GET_zuora_environments"] = {"items": [{**ENVIRONMENT, "last_sync": {**SYNC, "dry_run": True}}]}
    for done in (alone, together, zuora.run("syncs"), zuora.run("environments", "list")):
        assert "completed (dry run)" in done.stdout
    for done in (alone, together):
        assert (done.stderr.count("override"), "--dry-run" in done.stderr) == (1, False)


def heads_of(shown: str) -> list[str]:
    return shown.splitlines()[0].split()


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_narrow_list_of_syncs_keeps_what_went_wrong(monkeypatch: pytest.MonkeyPatch, *, dry_run: bool) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 80)
    result = {"created": 1, "deleted": 3, "export_failed": 4, "deletion_refused": 20, "errors": [GUARDED]}
    done = Zuora(GET_zuora_syncs=listed({**SYNC, "result": result, "dry_run": dry_run})).run("syncs")
    assert ("attempt" in heads_of(done.stdout), "created" in heads_of(done.stdout)) == (True, True)
    assert {"environment", "deleted", "deletion_", "export_", "error"} <= set(heads_of(done.stdout))
    assert "Acme/production" in done.stdout
    assert "0 everywhere: updated.\n" in done.stderr
    assert max(map(len, (done.stdout + done.stderr).splitlines())) <= 80


def test_a_narrow_list_of_quiet_syncs_has_its_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 80)
    done = Zuora(GET_zuora_syncs=listed({**SYNC, "result": {"unchanged": 4, "updated": 1}})).run("syncs")
    assert {"job", "updated"} <= set(heads_of(done.stdout))


def test_a_narrow_sync_of_all_keeps_what_was_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 80)
    done = batch(KEPT).run("sync", "--all", "--wait")
    kept = {"created", "updated", "deleted", "deletion_", "export_", "error"}
    assert kept <= set(heads_of(done.stdout))
    assert "Acme/production" in done.stdout
    assert "too narrow for: status, unchanged, total." in " ".join(done.stderr.split())


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


def test_no_wait_is_told_as_none(capsys: pytest.CaptureFixture[str]) -> None:
    TellsRetries()(PressroomError(503, "unavailable", "Away."), 0.3)
    assert capsys.readouterr().err.endswith("Trying again in 1 s.\n")


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
