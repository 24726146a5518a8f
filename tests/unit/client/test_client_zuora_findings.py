"""Differences, drift and findings on the command line: what is shown, and how a script is told."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from pressroom_client.cli import application
from unit.client.desk import Desk
from unit.client.gateways import ID, Gateway, answer
from unit.client.zuora_desk import ENVIRONMENT, Zuora, listed

CHANGE = {"sort": "task", "change": "changed", "name": "Call", "fields": [{"path": "parameters.url", "before": "a"}]}


def test_a_diff_is_shown_by_its_meaning() -> None:
    told = {"left": "1", "right": "2", "equal": False, "changes": [CHANGE], "truncated": True}
    zuora = Zuora(GET_zuora_workflows_ID_diff=told)
    done = zuora.run("diff", ID, "--from", "1", "--to", "2")
    assert done.exit_code == 0
    assert "~ task Call" in done.stdout
    assert 'parameters.url: "a" → nothing' in done.stdout
    assert dict(zuora.gateway.heard[-1].url.params) == {"from": "1", "to": "2"}
    assert zuora.run("diff", ID, "--exit-code").exit_code == 1


def test_long_values_are_cut_within_their_quotes_and_why_an_export_cannot_be_read_is_not() -> None:
    why = "Version 1 of the workflow Accounts to the ledger cannot be read. Put the key k1 back."
    fields = [{"path": "name", "before": "a" * 99, "after": "b"}, {"path": "export", "before": why, "after": "c"}]
    told = {"left": "1", "right": "2", "equal": False, "changes": [{**CHANGE, "fields": fields}]}
    shown = Zuora(GET_zuora_workflows_ID_diff=told).run("diff", ID).stdout
    assert f'name: "{"a" * 60}…" → "b"\n' in shown
    assert f"export: {why} → c\n" in shown


def test_drift_is_gathered_from_all_pages() -> None:
    page = {"left": ID, "right": ID, "equal": 1, "different": 2}
    pages = [
        answer(200, {**page, "items": [{"name": "a", "state": "different"}], "next_cursor": "more"}),
        answer(200, {**page, "items": [{"name": "b", "state": "different"}], "next_cursor": None}),
    ]
    gateway = Gateway([answer(200, ENVIRONMENT), answer(200, ENVIRONMENT), *pages])
    done = CliRunner().invoke(application, ["zuora", "drift", ID, ID, "--exit-code"], obj=Desk({}, gateway=gateway))
    assert done.exit_code == 1
    assert "1 equal, 2 different" in done.stdout
    assert "a: different\nb: different" in done.stdout
    assert gateway.heard[-1].url.params["cursor"] == "more"


def finding(severity: str) -> dict[str, Any]:
    return {"workflow_id": ID, "workflow": "Dunning", "rule": "orphan", "severity": severity, "detail": "Alone."}


@pytest.mark.parametrize(
    ("found", "arguments", "code"),
    [
        ([], [], 0),
        (["warning", "info"], [], 0),
        (["warning", "info"], ["--severity", "warning"], 1),
        (["info"], ["--severity", "warning"], 0),
        (["info"], ["--severity", "info"], 1),
        (["info", "error"], [], 1),
        (["info", "error"], ["--limit", "1"], 1),
        (["fatal"], [], 1),
    ],
)
def test_a_script_says_how_grave_a_finding_must_be(found: list[str], arguments: list[str], code: int) -> None:
    zuora = Zuora(GET_zuora_lint={**listed(*(finding(each) for each in found)), "workflows": 1})
    assert zuora.run("lint", "--exit-code", *arguments).exit_code == code
    assert zuora.run("lint", *arguments).exit_code == 0


def test_findings_are_counted() -> None:
    found = [finding("warning"), finding("error"), finding("warning")]
    zuora = Zuora(GET_zuora_lint={**listed(*found), "workflows": 1})
    assert zuora.run("lint").stderr == "1 of severity error, 2 of severity warning\n"
    done = zuora.run("lint", "--exit-code", "--limit", "2", "--json")
    assert (len(json.loads(done.stdout)), done.stderr) == (2, "There are more than 2: --limit has more of them.\n")
    told = "1 of severity error, 1 of severity warning among the first 2; there are more: --limit has more of them\n"
    assert zuora.run("lint", "--limit", "2").stderr == told
    told = "1 of severity error, 2 of severity warning; of these 3, --limit shows the first 2\n"
    assert zuora.run("lint", "--limit", "2", "--exit-code").stderr == told
    assert "more than" not in zuora.run("lint", "--limit", "3").stderr


@pytest.mark.parametrize("command", [["lint"], ["diff", ID], ["drift", ID, ID]])
def test_a_script_can_tell_a_difference_from_an_error(command: list[str]) -> None:
    for zuora in (Zuora(), Zuora(GET_zuora_environments_ID=ENVIRONMENT)):
        failed = zuora.run(*command, "--exit-code")
        assert (failed.exit_code, "not_found" in failed.stderr) == (2, True)
        assert zuora.run(*command).exit_code == 1
