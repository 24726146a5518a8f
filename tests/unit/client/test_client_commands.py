"""The command line: what it prints, what it asks before, and how it fails."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import httpx2
import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from pressroom_client.cli import application
from pressroom_client.cli.screen import printable
from pressroom_client.cli.session import Environment
from unit.client.desk import desk
from unit.client.gateways import ACCEPTED, ID, Gateway, answer, problem

TEXT = {"id": ID, "status": "completed", "content": "[bold]Tea.", "priority": "high", "created_at": "2030-01-01T00:00Z"}
SUMMARY = {"total": 1, "completed": 1, "jobs": [{"id": ID, "status": "completed"}]}
MATCHED = {"matched": 12, "done": 0, "preview": True}


def run(gateway: Gateway, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(application, arguments, obj=desk(gateway), input=typed)


def sent(gateway: Gateway, index: int = 0) -> Any:
    return json.loads(gateway.heard[index].content)


def test_the_version_is_told_without_a_gateway() -> None:
    gateway = Gateway([answer(500)])
    done = run(gateway, "--version")
    assert (done.exit_code, done.stdout) == (0, f"pressroom {version('pressroom-client')}\n")
    assert gateway.heard == []


def test_generate_prints_the_id() -> None:
    done = run(Gateway([answer(202, ACCEPTED)]), "generate", "tea")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{ID}\n", "")


def test_generate_now_prints_the_text_as_it_is() -> None:
    done = run(Gateway([answer(200, TEXT)]), "generate", "tea", "--now")
    assert done.stdout == "[bold]Tea.\n"


def test_generate_sends_what_is_given_and_reads_standard_input() -> None:
    gateway = Gateway([answer(202, ACCEPTED)])
    options = ("--priority", "low", "--run-at", "2030-01-01T08:00", "--var", "a=b=c", "--instructions", "Short.")
    run(gateway, "generate", "-", *options, typed="tea")
    assert sent(gateway) == {
        "prompt": "tea",
        "priority": "low",
        "run_at": "2030-01-01T08:00:00Z",
        "variables": {"a": "b=c"},
        "additional_instructions": "Short.",
    }


def test_what_is_handed_over_is_waited_for_where_asked() -> None:
    handed = ACCEPTED | {"handed_over": True, "detail": "Too long."}
    gateway = Gateway([answer(202, handed), answer(200, SUMMARY), answer(200, TEXT)])
    done = run(gateway, "generate", "tea", "--now", "--wait", "--no-stream")
    assert (done.exit_code, done.stdout) == (0, "[bold]Tea.\n")
    assert ID in done.stderr


def test_a_text_that_failed_is_an_error() -> None:
    failed = TEXT | {"status": "failed", "content": None, "error": {"code": "provider_rejected", "detail": "No."}}
    over = SUMMARY | {"completed": 0, "failed": 1, "jobs": [{"id": ID, "status": "failed"}]}
    done = run(Gateway([answer(202, ACCEPTED), answer(200, over), answer(200, failed)]), "generate", "tea", "--wait")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"pressroom: provider_rejected: {ID} failed: No.\n"


def test_json_is_all_of_the_answer() -> None:
    done = run(Gateway([answer(200, TEXT | {"cost": 7})]), "generate", "tea", "--now", "--json")
    assert json.loads(done.stdout)["cost"] == 7


def test_an_error_is_one_line_and_exit_code_1() -> None:
    done = run(Gateway([problem(409, "conflict", "The job is\ncompleted.")]), "pause", ID)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "pressroom: 409 conflict: The job is completed.\n"


def test_without_settings_it_says_what_to_set() -> None:
    done = CliRunner().invoke(application, ["jobs"], obj=Environment({}))
    assert done.exit_code == 1
    assert done.stderr.startswith("pressroom: settings: PRESSROOM_URL is not set")


def test_what_was_done_before_an_error_is_told() -> None:
    gateway = Gateway([answer(200, ACCEPTED | {"status": "cancelled"}), problem(404, "not_found")])
    done = run(gateway, "cancel", ID, ID)
    assert (done.exit_code, done.stdout) == (1, f"{ID} cancelled\n")


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (["--soon"], {"run_at": None}),
        (["--priority", "high"], {"priority": "high"}),
        (["--at", "2030-01-01T00:00:00+01:00"], {"run_at": "2030-01-01T00:00:00+01:00"}),
    ],
)
def test_move_changes_what_is_named(options: list[str], body: dict[str, Any]) -> None:
    gateway = Gateway([answer(200, ACCEPTED)])
    assert run(gateway, "move", ID, *options).exit_code == 0
    assert sent(gateway) == body


@pytest.mark.parametrize(
    "command",
    [
        f"move {ID}",
        f"move {ID} --soon --at 2030-01-01",
        f"move {ID} --at tomorrow",
        "generate tea --var x",
        "generate tea --now --run-at 2030-01-01",
        "generate tea --now --events",
        "generate tea --json --events",
        "generate tea --now --no-stream --json --events",
        f"watch {ID} --events",
        "show tea",
        "admin pause everything now",
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(command: str) -> None:
    gateway = Gateway([answer(200, ACCEPTED)])
    assert run(gateway, *command.split()).exit_code == 2
    assert gateway.heard == []


def test_wait_fails_where_a_job_failed() -> None:
    over = {"total": 1, "failed": 1, "jobs": [{"id": ID, "status": "failed"}]}
    done = run(Gateway([answer(200, over)]), "wait", ID)
    assert (done.exit_code, done.stdout) == (1, f"{ID} failed\n")


@pytest.mark.parametrize(("typed", "requests"), [("y\n", 2), ("n\n", 1), ("", 1)])
def test_jobs_by_filter_are_counted_and_asked_for_first(typed: str, requests: int) -> None:
    gateway = Gateway([answer(200, MATCHED), answer(200, {"matched": 12, "done": 12, "preview": False})])
    done = run(gateway, "admin", "jobs", "delete", "--tenant", "acme", "--status", "failed", typed=typed)
    assert "Delete 12 jobs?" in done.stderr
    assert [sent(gateway, index)["preview"] for index in range(requests)] == [True, False][:requests]
    assert len(gateway.heard) == requests
    assert done.exit_code == (0 if requests == 2 else 1)


def test_who_is_sure_is_not_asked() -> None:
    gateway = Gateway([answer(200, MATCHED), answer(200, {"matched": 12, "done": 12, "preview": False})])
    done = run(gateway, "admin", "jobs", "retry", "--error-code", "provider_failed", "--yes")
    assert (done.exit_code, done.stdout) == (0, "12 jobs found, 12 done.\n")
    assert sent(gateway, 1) == {"filter": {"error_code": "provider_failed"}, "preview": False}


def test_a_preview_changes_nothing() -> None:
    gateway = Gateway([answer(200, MATCHED)])
    assert run(gateway, "admin", "jobs", "cancel", "--kind", "k", "--preview").exit_code == 0
    assert len(gateway.heard) == 1


def test_nothing_is_asked_where_nothing_matches() -> None:
    gateway = Gateway([answer(200, MATCHED | {"matched": 0})])
    assert run(gateway, "admin", "jobs", "retry", "--tenant", "acme").stdout == "0 jobs found, 0 done.\n"


def test_tables_show_names_as_they_are() -> None:
    item = {"id": ID, "slug": "a", "name": "[red]Ä & [/red]", "created_at": "2030-01-01T00:00:00Z"}
    done = run(Gateway([answer(200, {"items": [item], "next_cursor": None})]), "admin", "tenants")
    assert "[red]Ä & [/red]" in done.stdout
    assert "2030-01-01 00:00:00Z" in done.stdout


def test_control_characters_of_others_do_not_reach_a_terminal() -> None:
    assert printable("a\x1b[2Jb\x07\r\n\tc\x9b") == "a[2Jb\n\tc"


def leaves(group: TyperGroup, *names: str) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command with its options."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from leaves(command, *names, name)
        else:
            yield (*names, name), {option for parameter in command.params for option in parameter.opts}


def test_every_command_has_an_answer_for_programs() -> None:
    group = get_command(application)
    assert isinstance(group, TyperGroup)
    found = dict(leaves(group))
    assert len(found) > 30
    assert [command for command, options in found.items() if "--json" not in options] == []


def test_every_command_explains_itself() -> None:
    shown = run(Gateway([httpx2.ConnectError("none")]), "--help").stdout
    for command in (
        "generate",
        "jobs",
        "show",
        "why",
        "cancel",
        "retry",
        "pause",
        "resume",
        "move",
        "wait",
        "watch",
        "doctor",
    ):
        assert f"  {command} " in shown
    assert "--install-completion" in shown
