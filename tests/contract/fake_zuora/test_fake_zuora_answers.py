"""The fake's answers: the public SDK reads them, and they say what Zuora's say."""

import gzip
from typing import Any

import pytest

from contract.fake_zuora.caller import Caller
from contract.fake_zuora.sdk import parsed
from pressroom_devstack.fake_zuora import AccountSpec, FakeZuora, WorkflowSpec


def workflow_fields(found: Any) -> tuple[Any, ...]:
    return found.id, found.name, found.status, found.scheduled_trigger, found.interval


async def test_token_has_the_fields_of_the_sdk_and_lives_an_hour(caller: Caller) -> None:
    token = parsed("TokenResponse", (await caller.sign_in("acme")).json)
    assert (token.token_type, token.expires_in, token.additional_properties) == ("bearer", 3599, {})
    assert len(token.access_token) == 32


async def test_list_is_read_by_the_sdk_with_no_field_left_over(caller: Caller) -> None:
    listed = parsed("GetWorkflowsResponse", (await caller.get("/workflows", page_length=50)).json)
    assert (listed.pagination.page, listed.pagination.page_length) == (1, 50)
    assert listed.pagination.next_page.endswith("page=2")
    assert [item.additional_properties for item in listed.data] == [{}] * 50
    assert listed.data[0].active_version.type == "Workflow::Setup"


async def test_pages_are_of_twenty_unless_said_and_of_fifty_at_most(caller: Caller) -> None:
    assert [len(await caller.page(1)), len(await caller.page(2)), len(await caller.page(3))] == [50, 10, 0]
    assert len((await caller.get("/workflows")).json["data"]) == 20
    assert len(await caller.page(1, length=500)) == 50


async def test_one_workflow_and_its_versions_are_read_by_the_sdk(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.do("acme", "edit", 105)
    workflow = parsed("WorkflowDefinition", (await caller.get("/workflows/105")).json)
    versions = parsed("GetVersionsResponse", (await caller.get("/workflows/105/versions")).json).data
    listed = parsed("GetWorkflowsResponse", (await caller.get("/workflows", page_length=50)).json).data[5]
    assert workflow_fields(workflow) == workflow_fields(listed)
    assert [version.version for version in versions] == ["0.0.2", "0.0.1"]
    assert [version.version for version in listed.latest_inactive_verisons] == ["0.0.1"]
    assert workflow.active_version.version == "0.0.2"


async def test_every_export_is_read_by_the_sdk(caller: Caller) -> None:
    types = set()
    for id_ in range(100, 160):
        export = parsed("ExportWorkflowVersionResponse", (await caller.export(id_)).json)
        ids = {task.id for task in export.tasks}
        types |= {task.action_type for task in export.tasks}
        starts = [linkage for linkage in export.linkages if linkage.source_task_id is None]
        assert [start.linkage_type for start in starts] == ["Start"]
        assert {linkage.target_task_id for linkage in export.linkages} <= ids
        assert len(ids) == 10
    assert {"Callout", "Query", "Email", "If", "Iterate"} <= types


async def test_export_of_a_version_is_by_its_number(caller: Caller, zuora: FakeZuora) -> None:
    await zuora.do("acme", "edit", 105)
    await zuora.do("acme", "deactivate", 105)
    assert (await caller.export(105)).status == 404
    latest, first = await caller.export(105, version="latest"), await caller.export(105, version="0.0.1")
    assert [heard.json["workflow"]["version"] for heard in (latest, first)] == ["0.0.2", "0.0.1"]
    assert (await caller.export(105, version="newest")).status == 400


async def test_the_rest_of_the_api_is_read_by_the_sdk(caller: Caller) -> None:
    tasks = parsed("TasksResponse", (await caller.get("/workflows/tasks", page_length=500)).json)
    callouts = parsed("TasksResponse", (await caller.get("/workflows/tasks", action_type="Callout")).json)
    run = parsed("GetWorkflowResponse", (await caller.get("/workflows/workflow_runs/101")).json)
    metrics = parsed("UsagesResponse", (await caller.get("/workflows/metrics.json")).json)
    assert (len(tasks.data), run.tasks.total, metrics.metrics[0].values.task_count) == (100, 10, 600)
    assert {task.action_type for task in callouts.data} == {"Callout"}


async def test_errors_have_the_forms_of_the_sdk(caller: Caller, zuora: FakeZuora) -> None:
    assert parsed("CommonErrorResponse", (await caller.get("/workflows/7")).json).code == 404
    [error] = parsed("PostRunWorkflow400Response", (await caller.export(7)).json).errors
    assert (error.status, error.title) == (404, "Workflow version is not found.")
    await zuora.plays("unauthorized")
    refused = await caller.get("/workflows")
    assert refused.status == 401
    assert parsed("ProxyUnauthorizedResponse", refused.json).message == "Authentication error"


@pytest.mark.parametrize(("client_id", "secret"), [("acme", "wrong"), ("nobody", "right")])
async def test_wrong_credentials_get_no_token(caller: Caller, client_id: str, secret: str) -> None:
    assert (await caller.sign_in(client_id, secret)).status == 401


async def test_call_without_a_token_is_refused(caller: Caller) -> None:
    refused = await caller.get("/workflows", {"Authorization": "Bearer of nothing"})
    assert (refused.status, refused.json) == (401, {"message": "Authentication error"})


async def test_accounts_see_their_own_workflows_under_the_same_ids(caller: Caller) -> None:
    acme = (await caller.export(101)).body
    await caller.sign_in("globex")
    assert await caller.page(1) == [100, 101, 102]
    assert (await caller.export(101)).body != acme


async def test_rights_and_entity_are_asked_for(caller: Caller, zuora: FakeZuora) -> None:
    entity = {"Zuora-Entity-Ids": "e1"}
    await zuora.seed(AccountSpec(client_id="viewer", workflows=2, rights=("view",), entity_id="e1"))
    await caller.sign_in("viewer", "fake")
    statuses = [
        (await caller.get(path, headers)).status
        for path in ("/workflows", "/workflows/1/export")
        for headers in ({}, entity)
    ]
    assert statuses == [403, 200, 403, 403]


async def test_both_forms_of_dates_are_seen(caller: Caller) -> None:
    dates = [item["updatedAt"] for item in (await caller.get("/workflows")).json["data"]]
    assert {len(date) for date in dates} == {len("2026-02-04 09:30:00"), len("2026-02-04T09:30:00.000+00:00")}


async def test_long_answers_come_in_gzip_where_the_client_takes_it(caller: Caller, zuora: FakeZuora) -> None:
    packed = await caller.export(101, version="latest")
    plain = await caller.get("/workflows/101/export", {"Accept-Encoding": "identity"})
    short = await caller.get("/workflows/101")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers | short.headers
    assert packed.body == plain.body
    calls = await zuora.calls("export")
    assert calls[0].size < len(gzip.compress(plain.body)) * 2 < calls[1].size


async def test_limits_and_the_callers_id_are_told_in_each_answer(caller: Caller) -> None:
    first = await caller.get("/workflows", {"Zuora-Track-Id": "sync-1"})
    second = await caller.get("/workflows/7")
    assert first.headers["Zuora-Track-Id"] == "sync-1"
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("50000", "49999")
    assert second.headers["ratelimit-remaining"] == "49998"
    assert 0 < int(second.headers["ratelimit-reset"]) <= 60


@pytest.mark.parametrize("track_id", ["a" * 65, "run:1", "run;1", "run'1", 'run"1'])
async def test_callers_id_that_zuora_would_not_take_is_refused(caller: Caller, track_id: str) -> None:
    assert (await caller.get("/workflows", {"Zuora-Track-Id": track_id})).status == 400


async def test_workflows_can_be_told_task_by_task(caller: Caller, zuora: FakeZuora) -> None:
    told = WorkflowSpec(id=7, name="Mine", active=False, tasks=[{"id": 1, "name": "Ask", "action_type": "Callout"}])
    await zuora.seed(AccountSpec(client_id="acme", client_secret="right", explicit=[told]))
    await caller.sign_in("acme")
    export = (await caller.export(7, version="latest")).json
    assert [(task["id"], task["name"], task["concurrent_limit"]) for task in export["tasks"]] == [(1, "Ask", 9999999)]
    assert export["workflow"]["name"] == "Mine"


async def test_accounts_of_one_theme_have_the_same_workflows_under_other_ids(zuora: FakeZuora) -> None:
    await zuora.seed(AccountSpec(client_id="twin", theme="acme", workflows=3, tasks=10, first_id=900))
    mine, twin = (await zuora.truth("acme")).workflows, (await zuora.truth("twin")).workflows
    assert [twin[900 + n].name for n in range(3)] == [mine[100 + n].name for n in range(3)]
    assert [task["parameters"] for task in twin[901].tasks if task["action_type"] != "Callout"] == [
        task["parameters"] for task in mine[101].tasks if task["action_type"] != "Callout"
    ]
    assert {task["id"] for task in twin[901].tasks}.isdisjoint(task["id"] for task in mine[101].tasks)


async def test_canary_is_in_every_secret(zuora: FakeZuora) -> None:
    await zuora.seed(AccountSpec(client_id="leaky", workflows=40, tasks=10, canary="canary-7"))
    text = str([workflow.tasks for workflow in (await zuora.truth("leaky")).workflows.values()])
    for place in ("header", "body", "url", "basic", "oauth1", "oauth2", "hmac", "cert", "netsuite", "polling"):
        assert f"-{place}" in text, place
    assert "s3cr3t" not in text
    assert text.count("canary-7") > 40
