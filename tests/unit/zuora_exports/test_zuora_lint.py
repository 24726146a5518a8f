"""What the linter finds, and what it lets be; which workflow is which in two environments."""

from uuid import UUID

import pytest

from pressroom_zuora_sync.exports.drift import by_name
from pressroom_zuora_sync.exports.graph import cycles, graph_of
from pressroom_zuora_sync.exports.lint import Fault, faults
from unit.zuora_exports.specimens import Json, export, link, start, task


def found(tasks: list[Json], linkages: list[Json], rule: str) -> list[Fault]:
    return [fault for fault in faults(export(tasks, linkages)) if fault.rule == rule]


def test_a_task_that_nothing_leads_to_is_an_orphan():
    tasks = [task(1, "A"), task(2, "B"), task(3, "C"), task(4, "D")]
    orphans = found(tasks, [start(1), link(1, 2), link(3, 4)], "orphan")
    assert [(fault.task, fault.detail) for fault in orphans] == [
        ("C", "No linkage leads to it. It never runs."),
        ("D", "Only tasks that never run lead to it. It never runs."),
    ]


def test_a_cycle_is_told_with_its_way():
    tasks = [task(n, name) for n, name in enumerate("ABCD", 1)]
    (cycle,) = found(tasks, [start(1), link(1, 2), link(2, 3), link(3, 2), link(3, 4)], "cycle")
    assert cycle.detail == "It comes back to itself: B → C → B."


def test_a_task_that_follows_itself_is_a_cycle():
    assert [fault.detail for fault in found([task(1, "A")], [start(1), link(1, 1)], "cycle")] == [
        "It comes back to itself: A → A."
    ]


def test_a_diamond_is_no_cycle():
    tasks = [task(n, name) for n, name in enumerate("ABCD", 1)]
    assert found(tasks, [start(1), link(1, 2), link(1, 3), link(2, 4), link(3, 4)], "cycle") == []


def test_a_chain_of_5000_tasks_with_a_cycle_is_walked_without_recursion():
    tasks = [task(n, str(n)) for n in range(1, 5_001)]
    linkages = [start(1), *(link(n, n + 1) for n in range(1, 5_000)), link(5_000, 1)]
    assert [len(path) for path in cycles(graph_of(export(tasks, linkages)))] == [5_001]
    assert len(found(tasks, linkages, "cycle")[0].detail) < 300


@pytest.mark.parametrize(
    ("action_type", "kinds", "expected"),
    [
        ("Callout", ["Success"], 1),
        ("Callout", ["Success", "Failure"], 0),
        ("Callout", ["On Failure"], 0),
        ("Callout", ["error"], 0),
        ("Something::New", [], 1),
        ("If", ["True"], 0),
        ("Delay", [], 0),
        ("Logic::JSONTransform", [], 0),
        ("Iterate", ["For Each"], 0),
    ],
)
def test_what_can_fail_needs_a_way_on(action_type: str, kinds: list[str], expected: int):
    tasks = [task(1, "A", action_type), task(2, "B", "If")]
    linkages = [start(1), *(link(1, 2, kind) for kind in kinds)]
    assert len(found(tasks, linkages, "no_failure_branch")) == expected


@pytest.mark.parametrize(
    ("parameters", "paths"),
    [
        ({"basic_auth": {"username": "u", "password": "CANARY"}}, ["parameters.basic_auth.password"]),
        ({"polling_hmac": {"key": "CANARY", "token_url": "a.com", "client_id": "i"}}, ["parameters.polling_hmac.key"]),
        ({"headers": [{"key": "Cookie", "value": "CANARY"}]}, ["parameters.headers.[Cookie].value"]),
        ({"url": "https://a.com/?api_key=CANARY"}, ["parameters.url"]),
        ({"raw_body": '{"password": "CANARY"}'}, ["parameters.raw_body"]),
        ({"raw_body": '{"account": "{{ Data.Account.Id }}"}'}, []),
        ({"authorization": {"type": "basic_auth"}}, []),
        ({"authorization": "none"}, []),
        ({"basic_auth": {"username": "u", "password": "{{ Credentials.a.password }}"}}, []),
        ({"headers": [{"key": "Authorization", "value": "Bearer {{ Data.Token }}"}]}, []),
        ({"headers": [{"key": "Authorization", "value": "Basic {{ a }}:{{ b }}"}]}, []),
        ({"url": "https://a.com/?api_key={{ Data.key }}"}, []),
        ({"basic_auth": {"password": "********"}}, []),
        ({"basic_auth": {"password": ""}}, []),
        ({"token_ttl": 3600, "next_token": "abcDEF123", "cookie_policy": "standard", "token_url": "a.com"}, []),
        ({"oauth2": {"grant_type": "client_credentials", "scope": "read", "token_url": "https://a.com/"}}, []),
        ({"text": "see the docs", "fields": {"Account": ["Id"]}}, []),
    ],
)  # fmt: skip
def test_a_secret_in_plain_text_is_told_by_its_place(parameters: Json, paths: list[str]):
    told = found([task(1, "A", parameters=parameters)], [start(1)], "plaintext_secret")
    assert [fault.detail.partition(" ")[0] for fault in told] == paths
    assert "CANARY" not in "".join(fault.detail for fault in told)


def test_what_a_finding_says_is_cut_with_a_mark():
    long = "K" * 10_000
    tasks = [task(1, long, parameters={long: {"password": "CANARY"}}), *(task(n, long) for n in range(2, 20))]
    links = [start(1), *(link(n, n % 19 + 1) for n in range(1, 20)), link(long, 99, long)]
    told = list(faults(export(tasks, links)))
    assert {"plaintext_secret", "cycle", "dangling_linkage"} <= {fault.rule for fault in told}
    assert all(len(fault.detail) <= 2_001 and len(fault.task or "") <= 201 for fault in told)
    (secret,) = (fault for fault in told if fault.rule == "plaintext_secret")
    assert "…" in secret.detail
    assert ".password is written in plain text" in secret.detail


def test_a_linkage_to_nowhere_dangles_and_is_no_edge():
    linkages = [start(1), link(1, 99), link(98, 1), {"linkage_type": "x", "source_task_id": 1, "target_task_id": None}]
    dangling = found([task(1, "A")], linkages, "dangling_linkage")
    assert [fault.detail for fault in dangling] == [
        "The linkage (Success) from task 1 to task 99 has an end that is no task of this workflow.",
        "The linkage (Success) from task 98 to task 1 has an end that is no task of this workflow.",
        "The linkage (x) from task 1 to task None has an end that is no task of this workflow.",
    ]


def test_a_sound_workflow_has_no_faults():
    tasks = [task(1, "A"), task(2, "Mail", "Email")]
    linkages = [start(1), link(1, 2, "Failure"), link(2, 2, "Failure")]
    assert [fault.rule for fault in faults(export(tasks, linkages))] == ["cycle"]
    assert list(faults(export([task(1, "A", "If")], [start(1)]))) == []


def test_workflows_of_two_environments_are_matched_by_name():
    a, b, c, d = (UUID(int=n) for n in range(4))
    pairs = by_name([("Bills", a), ("Old", b), ("Twice", c), ("Twice", d)], [(" Bills ", d), ("New", c), ("Twice", a)])
    assert [(pair.name, pair.state, pair.left, pair.right) for pair in pairs] == [
        ("Bills", "both", a, d),
        ("New", "right_only", None, c),
        ("Old", "left_only", b, None),
        ("Twice", "ambiguous", None, None),
    ]
