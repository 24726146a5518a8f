"""Features and flags in the library and on the command line."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pressroom_client.cli import application
from unit.client.desk import desk
from unit.client.gateways import Gateway, answer

FLAG = {
    "feature": "sync",
    "audience": "some",
    "percent": 10,
    "percent_of": "tenants",
    "tenants": ["acme"],
    "new_since": "2030-01-01T00:00:00Z",
    "changed_by": "key:owner",
    "changed_at": "2030-01-02T00:00:00Z",
}
DEFAULT = {"feature": "sync", "audience": "all", "tenants": [], "changed_by": None, "changed_at": None}
STATS: dict[str, Any] = {
    "workers": {},
    "jobs": {},
    "metrics": {
        "modes": [
            {"execution_mode": "async", "failed": 2},
            {"execution_mode": "sync", "completed": 7, "failed": 1, "p50_seconds": 2.34},
        ]
    },
}


def run(gateway: Gateway, *arguments: str) -> Result:
    return CliRunner().invoke(application, arguments, obj=desk(gateway))


def test_features_are_told_by_name() -> None:
    with Gateway([answer(200, {"features": {"sync": False, "newer": True}})]).client() as client:
        assert client.features() == {"sync": False, "newer": True}


def test_a_rule_is_what_is_given() -> None:
    gateway = Gateway([answer(200, FLAG)])
    with gateway.client() as client:
        flag = client.admin.flags.set("sync", "some", percent=0, new_since=datetime(2030, 1, 1, tzinfo=UTC))
    [request] = gateway.heard
    assert (request.method, request.url.path) == ("PUT", "/v1/admin/flags/sync")
    assert json.loads(request.content) == {"audience": "some", "percent": 0, "new_since": "2030-01-01T00:00:00Z"}
    assert (flag.percent, flag.tenants, flag.changed_by) == (10, ("acme",), "key:owner")


def test_the_list_says_whom_each_feature_is_available_to() -> None:
    shown = run(Gateway([answer(200, [FLAG])]), "admin", "flags", "list").stdout
    assert "10 % of tenants, acme, keys since 2030-01-01 00:00" in shown
    assert "key:owner" in shown
    assert run(Gateway([answer(200, [DEFAULT])]), "admin", "flags", "list").stdout.split()[-2:] == ["sync", "all"]


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (["all"], {"audience": "all"}),
        (["some", "--percent", "10"], {"audience": "some", "percent": 10}),
        (
            ["some", "--percent", "5", "--percent-of", "created_by", "--tenant", "acme", "--tenant", "b"],
            {"audience": "some", "percent": 5, "percent_of": "created_by", "tenants": ["acme", "b"]},
        ),
        (["some", "--new-since", "2030-01-01"], {"audience": "some", "new_since": "2030-01-01T00:00:00Z"}),
    ],
)
def test_set_sends_the_rule_and_shows_what_holds(options: list[str], body: dict[str, Any]) -> None:
    gateway = Gateway([answer(200, FLAG)])
    done = run(gateway, "admin", "flags", "set", "sync", *options)
    assert (done.exit_code, "10 % of tenants" in done.stdout) == (0, True)
    assert json.loads(gateway.heard[0].content) == body


@pytest.mark.parametrize("options", ["everybody", "some --percent 101", "some --percent-of keys", "some --new-since x"])
def test_what_makes_no_rule_is_not_sent(options: str) -> None:
    gateway = Gateway([answer(200, FLAG)])
    assert run(gateway, "admin", "flags", "set", "sync", *options.split()).exit_code == 2
    assert gateway.heard == []


def test_stats_tell_sync_from_async() -> None:
    shown = run(Gateway([answer(200, STATS)]), "admin", "stats").stdout.splitlines()
    assert "  async           0 completed, 2 failed, 0 cancelled" in [line.rstrip() for line in shown]
    [sync] = [line for line in shown if line.startswith("  sync ")]
    assert sync.split(maxsplit=1)[1].strip() == "7 completed, half of them within 2.3 s, 1 failed, 0 cancelled"
