"""Lists of workflows, versions and tasks: whose they are, their filters, their pages."""

from typing import Any

import pytest
from fastapi import FastAPI

from integration.zuora_reading.shelf import Reader, Shelf
from pressroom_common.ids import uuid7
from pressroom_common.zuora_reads import Tasks, Versions, Workflows, WorkflowView
from pressroom_zuora_sync.reading import repository
from unit.zuora_exports.specimens import start, task


async def names(reader: Reader, **query: Any) -> set[str]:
    return {found.name for found in (await reader.ask(Workflows, "/workflows", **query)).items}


async def task_names(reader: Reader, **query: Any) -> list[str]:
    return [found.name for found in (await reader.ask(Tasks, "/tasks", **query)).items]


async def test_a_workflow_is_shown_with_its_customer_and_its_newest_version(shelf: Shelf, reader: Reader):
    environment = await shelf.environment("sandbox", "Globex")
    id_ = await shelf.workflow(environment, "Bills", [task(1, "A"), task(2, "B")], [start(1)], description="Monthly")
    await shelf.version(id_, "Bills", [task(1, "A"), task(2, "B"), task(3, "C")])
    found = await reader.ask(WorkflowView, f"/workflows/{id_}")
    assert (found.name, found.description, found.customer, found.environment) == (
        "Bills",
        "Monthly",
        "Globex",
        "sandbox",
    )
    assert (found.version, found.zuora_version, found.draft, found.tasks) == (2, "0.0.2", False, 3)
    listed = await reader.ask(Workflows, "/workflows")
    assert listed.items == (found,)


async def test_a_workflow_that_was_never_exported_has_version_0(shelf: Shelf, reader: Reader):
    id_ = await shelf.workflow(await shelf.environment(), "Bills")
    found = await reader.ask(WorkflowView, f"/workflows/{id_}")
    assert (found.version, found.zuora_version, found.tasks) == (0, None, 0)
    assert (await reader.ask(Versions, f"/workflows/{id_}/versions")).items == ()


async def test_workflows_are_found_by_filters_and_words(shelf: Shelf, reader: Reader):
    left, right = await shelf.environment(), await shelf.environment()
    await shelf.workflow(left, "Monthly bills", description="For all accounts")
    await shelf.workflow(left, "Dunning", status="Inactive")
    await shelf.workflow(right, "Monthly report")
    await shelf.workflow(right, "Old", deleted=True)
    assert await names(reader) == {"Monthly bills", "Dunning", "Monthly report"}
    assert await names(reader, environment_id=left) == {"Monthly bills", "Dunning"}
    assert await names(reader, customer_id=await shelf.customer_of(right)) == {"Monthly report"}
    assert await names(reader, status="inactive") == {"Dunning"}
    assert await names(reader, text="monthly") == {"Monthly bills", "Monthly report"}
    assert await names(reader, text="monthly -report") == {"Monthly bills"}
    assert await names(reader, text='"all accounts" or dunning') == {"Monthly bills", "Dunning"}
    assert await names(reader, text="101") == {"Dunning"}
    assert await names(reader, deleted="only") == {"Old"}
    assert await names(reader, deleted="include") == {"Monthly bills", "Dunning", "Monthly report", "Old"}
    assert await names(reader, text="'; DROP TABLE workflows --") == set()


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 201}, {"deleted": "some"}, {"cursor": "nonsense"}, {"text": "a\0b"}, {"customer_id": "x"}],
)
async def test_a_wrong_question_is_refused(reader: Reader, query: dict[str, Any]):
    assert await reader.refusal("/workflows", **query) == (422, "invalid_request")


async def test_a_cursor_of_another_list_is_refused(shelf: Shelf, reader: Reader):
    environment = await shelf.environment()
    for name in "AB":
        await shelf.workflow(environment, name, [])
    cursor = (await reader.ask(Workflows, "/workflows", limit=1)).next_cursor
    assert await reader.refusal("/tasks", cursor=cursor) == (422, "invalid_request")


async def test_pages_of_workflows_tell_each_once_newest_first(shelf: Shelf, reader: Reader):
    environment = await shelf.environment()
    made = [str(await shelf.workflow(environment, f"W{number}")) for number in range(7)]
    pages = await reader.all_pages("/workflows", limit=3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [item["id"] for page in pages for item in page] == made[::-1]


async def test_versions_are_told_newest_first(shelf: Shelf, reader: Reader):
    id_ = await shelf.workflow(await shelf.environment(), "Bills", [])
    await shelf.version(id_, "Bills", [task(1, "A")])
    found = (await reader.ask(Versions, f"/workflows/{id_}/versions")).items
    assert [(version.number, version.zuora_version) for version in found] == [(2, "0.0.2"), (1, "0.0.1")]
    assert all(len(version.hash) == 64 for version in found)


CALL = task(1, "Call the bank", object="Account", parameters={"url": "https://API.bank.com/x?token=CANARY"})
MAIL = task(2, "Mail", "Email", object="Invoice")
QUERY = task(3, "Find accounts", "Query", object="Account")


async def test_tasks_are_found_by_type_object_host_and_words(shelf: Shelf, reader: Reader):
    left, right = await shelf.environment(), await shelf.environment()
    bills = await shelf.workflow(left, "Bills", [CALL, MAIL])
    await shelf.workflow(right, "Report", [QUERY])
    await shelf.workflow(right, "Old", [CALL], deleted=True)
    assert await task_names(reader) == ["Call the bank", "Mail", "Find accounts"]
    assert await task_names(reader, workflow_id=bills) == ["Call the bank", "Mail"]
    assert await task_names(reader, environment_id=right) == ["Find accounts"]
    assert await task_names(reader, action_type="callout") == ["Call the bank"]
    assert await task_names(reader, object="account") == ["Call the bank", "Find accounts"]
    assert await task_names(reader, host="Api.Bank.com") == ["Call the bank"]
    assert await task_names(reader, text="bank call") == ["Call the bank"]
    assert await task_names(reader, text="query", object="Invoice") == []


async def test_a_task_is_shown_as_exported_without_secrets(shelf: Shelf, reader: Reader):
    id_ = await shelf.workflow(await shelf.environment(), "Bills", [CALL])
    (found,) = (await reader.ask(Tasks, "/tasks")).items
    assert (found.workflow_id, found.workflow, found.zuora_task_id, found.host) == (id_, "Bills", 1, "api.bank.com")
    assert found.details["parameters"] == {"url": "https://API.bank.com/x?token=[redacted]"}


async def test_pages_of_tasks_tell_each_once(shelf: Shelf, reader: Reader):
    environment = await shelf.environment()
    for name in "AB":
        await shelf.workflow(environment, name, [task(number, f"{name}{number}") for number in range(1, 6)])
    pages = await reader.all_pages("/tasks", limit=4)
    assert [len(page) for page in pages] == [4, 4, 2]
    told = [item["name"] for page in pages for item in page]
    assert told == [f"{name}{number}" for name in "AB" for number in range(1, 6)]


async def test_a_page_of_large_tasks_is_shorter(shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repository, "MOST_TASK_BYTES", 50_000)
    tasks = [task(number, f"T{number}", note="x" * 20_000) for number in range(1, 6)]
    tasks[3]["note"] = "x" * 90_000
    await shelf.workflow(await shelf.environment(), "Large", tasks)
    pages = await reader.all_pages("/tasks")
    assert [[item["name"] for item in page] for page in pages] == [["T1", "T2"], ["T3"], ["T4"], ["T5"]]


async def test_nothing_is_of_another_tenant(shelf: Shelf, reader: Reader, stranger: Reader, app: FastAPI):
    environment = await shelf.environment()
    other = await shelf.environment("sandbox")
    id_ = await shelf.workflow(environment, "Bills", [CALL, MAIL], [start(1)])
    await shelf.version(id_, "Bills", [CALL])
    for path in ("", "/versions", "/diff", "/graph.svg", "/export", "/export?secrets=true"):
        found = await stranger.get(f"/workflows/{id_}{path}")
        assert (found.status_code, found.json()["detail"].partition(".")[0]) == (404, "There is no such workflow")
    assert await stranger.refusal("/drift", left=environment, right=other) == (404, "not_found")
    assert await stranger.refusal("/lint", workflow_id=id_) == (404, "not_found")
    for path in ("/workflows", "/tasks", "/lint", "/exports"):
        assert await stranger.refusal(path, environment_id=environment) == (404, "not_found")
        assert (await stranger.get(path)).json()["items"] == []
        assert (await reader.get(path)).json()["items"] != []
    assert "Bills" in await names(Reader(app, None, "super-admin"), environment_id=environment)


async def test_what_is_nowhere_is_not_found(reader: Reader):
    for path in ("", "/versions", "/diff", "/graph.svg", "/export"):
        assert await reader.refusal(f"/workflows/{uuid7()}{path}") == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        *((path, "environment") for path in ("/workflows", "/tasks", "/lint", "/exports")),
        ("/workflows", "customer"),
        *((path, "workflow") for path in ("/tasks", "/lint")),
    ],
)
async def test_a_list_of_what_is_nowhere_is_not_found_and_one_of_nothing_is_empty(
    shelf: Shelf, reader: Reader, path: str, place: str
):
    environment = await shelf.environment()
    there = {"environment": environment, "customer": await shelf.customer_of(environment)}
    if place == "workflow":
        there[place] = await shelf.workflow(environment, "Bills", [])
    found = await reader.get(path, **{f"{place}_id": there[place]})
    assert (found.status_code, found.json()["items"]) == (200, [])
    refused = await reader.get(path, **{f"{place}_id": uuid7()})
    assert (refused.status_code, refused.json()["detail"].partition(".")[0]) == (404, f"There is no such {place}")


async def test_what_is_asked_for_together_has_to_belong_together(shelf: Shelf, reader: Reader):
    environment, other = await shelf.environment(), await shelf.environment()
    workflow = await shelf.workflow(environment, "Bills", [])
    for path in ("/tasks", "/lint"):
        assert (await reader.get(path, environment_id=environment, workflow_id=workflow)).status_code == 200
        assert await reader.refusal(path, environment_id=other, workflow_id=workflow) == (404, "not_found")
    customer = await shelf.customer_of(other)
    assert await reader.refusal("/workflows", environment_id=environment, customer_id=customer) == (404, "not_found")


@pytest.mark.parametrize("path", ["/tasks", "/lint"])
async def test_tasks_and_findings_of_a_deleted_workflow_are_not_there(shelf: Shelf, reader: Reader, path: str):
    gone = await shelf.workflow(await shelf.environment(), "Old", [], deleted=True)
    assert await reader.refusal(path, workflow_id=gone) == (404, "not_found")


async def test_a_page_after_the_last_one_is_empty(shelf: Shelf, reader: Reader):
    environment = await shelf.environment()
    for name in "AB":
        await shelf.workflow(environment, name, [])
    page = await reader.ask(Workflows, "/workflows", environment_id=environment, limit=1)
    cursor = page.next_cursor
    rest = await reader.ask(Workflows, "/workflows", environment_id=environment, status="none", cursor=cursor)
    assert rest.items == ()


PATHS = ["/workflows", f"/workflows/{uuid7()}", "/tasks", "/lint", "/exports", "/drift?left=x&right=y"]


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_reads_without_a_token(app: FastAPI, path: str):
    reader = Reader(app, uuid7(), "viewer")
    reader._http.headers["Authorization"] = "Bearer nonsense"
    assert await reader.refusal(path) == (401, "unauthenticated")
    assert await Reader(app, None, "tenant-admin").refusal(path) == (403, "forbidden")
