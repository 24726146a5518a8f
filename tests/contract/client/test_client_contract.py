"""Everything that the client sends and reads stands in the gateway's own description of its API."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from pydantic import BaseModel

from pressroom_client import (
    ArticleImage,
    Pressroom,
    PressroomError,
    RetryPolicy,
    admin_models,
    article_models,
    batch_models,
    models,
    zuora_models,
)
from pressroom_client.admin_models import JobFilter
from pressroom_client.models import JobProgress
from pressroom_gateway.main import create_app
from pressroom_gateway.settings import Settings

ID = "0197a1b2-0000-7000-8000-000000000001"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
FILTER = JobFilter(
    tenant="a", ids=(ID,), statuses=("failed",), kind="k", lane="low", error_code="e", created_from=NOW, created_to=NOW
)
WISH: dict[str, Any] = {
    "prompt_id": ID,
    "prompt_version": 1,
    "prompt_label": "draft",
    "variables": {"a": 1},
    "page_id": ID,
    "additional_instructions": "x",
    "model": "m",
    "priority": "low",
    "metadata": {"a": 1},
    "response_schema": {"type": "object"},
}
ARTICLE: dict[str, Any] = {
    "language": "ar",
    "keywords": ["k"],
    "sections": 3,
    "images": 1,
    "faq": 0,
    "tone": "t",
    "audience": "a",
    "model": "m",
    "additional_instructions": "x",
    "partial": "allow",
    "priority": "low",
    "metadata": {"a": 1},
}
IMAGE = ArticleImage(url="/v1/files/a.png?expires=1&signature=0", content_type="image/png")
JOBS: dict[str, Any] = {"statuses": ["failed"], "kind": "k", "lane": "low", "created_from": NOW, "created_to": NOW}
BOTH: dict[str, Any] = {"environment_id": ID, "workflow_id": ID}
ZUORA: dict[str, Any] = {
    "name": "production",
    "base_url": "https://rest.zuora.com",
    "client_id": "c",
    "client_secret": "s",
    "entity_id": "e",
}
TIMES: dict[str, Any] = {"timezone": "Europe/Berlin", "jitter_seconds": 5, "full": True}
CALLS: list[Callable[[Pressroom], Any]] = [
    lambda c: c.me(),
    lambda c: c.features(),
    lambda c: c.generations.create("x", run_at=NOW, **WISH),
    lambda c: c.generations.generate("x", **WISH),
    lambda c: list(c.generations.stream("x", **WISH)),
    lambda c: c.generations.get(ID),
    lambda c: list(c.generations.list(status="failed", execution_mode="sync")),
    lambda c: c.jobs.get(ID),
    lambda c: c.jobs.summary([ID]),
    lambda c: c.jobs.progress(ID, known=JobProgress(job_id=UUID(ID), status="pending").tagged("1")),
    lambda c: list(c.jobs.events(ID, last_event_id="1-1-1-0")),
    lambda c: c.jobs.why(ID),
    lambda c: c.jobs.cancel(ID),
    lambda c: c.jobs.pause(ID),
    lambda c: c.jobs.resume(ID),
    lambda c: c.jobs.change(ID, priority="low", run_at=NOW),
    lambda c: c.jobs.retry(ID, prompt="x", model="m", priority="low"),
    lambda c: c.jobs.restart(ID, from_step="section.3"),
    lambda c: list(c.jobs.list(execution_mode="sync", batch=ID, **JOBS)),
    lambda c: c.generations.bulk([WISH], name="n", priority="low", metadata={"a": 1}, on_error="skip"),
    lambda c: c.articles.create("x", run_at=NOW, **ARTICLE),
    lambda c: c.articles.get(ID),
    lambda c: c.articles.markdown(ID),
    lambda c: c.articles.html(ID),
    lambda c: c.articles.image(IMAGE),
    lambda c: list(c.articles.list(status="failed")),
    lambda c: list(c.articles.events(ID, last_event_id="1-1-1-0")),
    lambda c: c.articles.wait(ID),
    lambda c: c.batches.get(ID),
    lambda c: list(c.batches.list()),
    lambda c: list(c.batches.jobs(ID, statuses=["failed"])),
    lambda c: c.batches.graph(ID),
    lambda c: c.batches.cancel(ID),
    lambda c: c.batches.retry_failed(ID),
    lambda c: c.batches.wait(ID),
    lambda c: list(c.batches.events(ID)),
    lambda c: c.prompts.create("n", "t", type="t", model="m", system_wide=True),
    lambda c: c.prompts.get(ID),
    lambda c: c.prompts.change(ID, name="n", type="t", active=False),
    lambda c: c.prompts.delete(ID),
    lambda c: c.prompts.add_version(ID, "t", model="m"),
    lambda c: list(c.prompts.versions(ID)),
    lambda c: c.prompts.set_label(ID, "draft", 1),
    lambda c: c.prompts.remove_label(ID, "draft"),
    lambda c: c.prompts.render(ID, {"a": 1}, page_id=ID, additional_instructions="x", version=1, label="draft"),
    lambda c: list(c.prompts.list(type="t", active=True, system_wide=True, text="x")),
    lambda c: c.pages.create("http://a", keyword="k", language="en", title="t", metadata={"a": 1}),
    lambda c: c.pages.get(ID),
    lambda c: c.pages.change(ID, url="http://a", keyword="k", language="en", title=None, metadata={}),
    lambda c: c.pages.delete(ID),
    lambda c: list(c.pages.list(language="en", text="x")),
    lambda c: c.keys.create("n", "editor", scopes=["jobs:read"], expires_at=NOW),
    lambda c: c.keys.revoke(ID),
    lambda c: list(c.keys.list(active=True)),
    lambda c: c.zuora.sync(environment_id=ID, full=True, dry_run=True, override_guard=True),
    lambda c: c.zuora.extract_tasks(ID, workflow_id=ID),
    lambda c: list(c.zuora.syncs(environment_id=ID)),
    lambda c: list(c.zuora.tasks(action_type="a", object="o", host="h", text="t", **BOTH)),
    lambda c: c.zuora.drift(ID, ID),
    lambda c: list(c.zuora.lint(**BOTH)),
    lambda c: list(c.zuora.exports(environment_id=ID, secrets=True)),
    lambda c: c.zuora.customers.create("n", [ZUORA]),
    lambda c: c.zuora.customers.get(ID),
    lambda c: c.zuora.customers.rename(ID, "n"),
    lambda c: c.zuora.customers.delete(ID),
    lambda c: list(c.zuora.customers.list(name="n")),
    lambda c: c.zuora.environments.create(ID, **ZUORA),
    lambda c: c.zuora.environments.get(ID),
    lambda c: c.zuora.environments.change(ID, **ZUORA),
    lambda c: c.zuora.environments.delete(ID),
    lambda c: c.zuora.environments.test(ID),
    lambda c: c.zuora.environments.list(customer_id=ID, customer="n"),
    lambda c: c.zuora.schedules.create(ID, "0 2 * * *", **TIMES),
    lambda c: c.zuora.schedules.get(ID),
    lambda c: c.zuora.schedules.change(ID, cron="0 3 * * *", **TIMES),
    lambda c: c.zuora.schedules.pause(ID),
    lambda c: c.zuora.schedules.resume(ID),
    lambda c: c.zuora.schedules.trigger(ID),
    lambda c: c.zuora.schedules.delete(ID),
    lambda c: list(c.zuora.schedules.list(environment_id=ID)),
    lambda c: c.zuora.workflows.get(ID),
    lambda c: c.zuora.workflows.versions(ID),
    lambda c: c.zuora.workflows.diff(ID, 1, 2),
    lambda c: c.zuora.workflows.graph(ID, version=1),
    lambda c: c.zuora.workflows.export(ID, version=1, secrets=True),
    lambda c: list(
        c.zuora.workflows.list(environment_id=ID, customer_id=ID, status="Active", text="t", deleted="include")
    ),
    lambda c: c.admin.stats(),
    lambda c: c.admin.workers(),
    lambda c: c.admin.drain("w"),
    lambda c: c.admin.restart("w"),
    lambda c: c.admin.set_log_level("w", "info"),
    lambda c: c.admin.set_log_level_of_all("s", "info"),
    lambda c: c.admin.lanes(),
    lambda c: c.admin.pauses(),
    lambda c: c.admin.pause("lane", "low"),
    lambda c: c.admin.resume("tenant", "a"),
    lambda c: list(c.admin.audit(who="a", action="b", since=NOW, until=NOW)),
    lambda c: c.admin.jobs.get(ID),
    lambda c: c.admin.jobs.retry(ID),
    lambda c: c.admin.jobs.cancel(ID),
    lambda c: c.admin.jobs.delete(ID),
    lambda c: c.admin.jobs.retry_all(FILTER),
    lambda c: c.admin.jobs.cancel_all(FILTER),
    lambda c: c.admin.jobs.delete_all(FILTER),
    lambda c: c.admin.jobs.flush_failed(preview=True),
    lambda c: list(c.admin.jobs.list(tenant="a", error_code="e", **JOBS)),
    lambda c: c.admin.flags.get("sync"),
    lambda c: c.admin.flags.set("sync", "some", percent=1, percent_of="created_by", tenants=["a"], new_since=NOW),
    lambda c: c.admin.flags.list(),
    lambda c: c.admin.parked.get(ID),
    lambda c: c.admin.parked.replay(ID),
    lambda c: c.admin.parked.drop(ID),
    lambda c: list(c.admin.parked.list(status="parked", queue="q")),
    lambda c: c.admin.tenants.create("a", "A"),
    lambda c: c.admin.tenants.limit("a", None),
    lambda c: list(c.admin.tenants.list()),
    lambda c: c.admin.tenants.keys("a").create("n", "editor"),
    lambda c: c.admin.tenants.keys("a").revoke(ID),
    lambda c: list(c.admin.tenants.keys("a").list()),
]
OURS = {
    "Job": "JobAnswer",
    "JobError": "ErrorAnswer",
    "Usage": "UsageAnswer",
    "JobStatus": "Accepted",
    "JobPart": "PartAnswer",
    "JobProgress": "ProgressAnswer",
    "Why": "WhyAnswer",
    "Worker": "WorkerView",
    "Lane": "LaneAnswer",
    "Pause": "HoldAnswer",
    "JobFilter": "LimitedJobFilter",
    "ArticleImage": "ImageAnswer",
    "ArticleSection": "SectionAnswer",
    "ArticleMeta": "MetaAnswer",
    "ArticleQuestion": "QuestionAnswer",
    "Batch": "BatchAnswer",
    "BatchCounts": "BatchAnswer",
    "BatchProgress": "BatchAnswer",
    "BatchGraph": "GraphAnswer",
    "Sync": "SyncView",
    "Environment": "EnvironmentView",
    "Customer": "CustomerView",
    "Workflow": "WorkflowView",
    "Version": "VersionView",
    "Task": "TaskView",
    "Schedule": "ScheduleAnswer",
}
"""Models that the gateway calls otherwise."""
HEADERS = {"idempotency-key", "if-none-match", "last-event-id"}
"""Of those that the API declares."""
WITHOUT = {"Answer", "GraphEdge", "Listing", "Readiness", "Work"}


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    """The OpenAPI document."""
    settings = Settings(
        database_url="postgresql://nobody@localhost/none",
        amqp_url="amqp://localhost/none",
        key_pepper="p" * 32,
        service_token_secret="s" * 32,
        monitor_url="http://localhost",
    )
    return create_app(settings).public.openapi()


def requests() -> Iterator[httpx2.Request]:
    """All that the client can send."""
    heard: list[httpx2.Request] = []

    def hear(request: httpx2.Request) -> httpx2.Response:
        heard.append(request)
        return httpx2.Response(418)

    with Pressroom("http://gateway", "pr_a_b", retries=RetryPolicy(tries=1), transport=httpx2.MockTransport(hear)) as c:
        for call in CALLS:
            with pytest.raises(PressroomError):
                call(c)
            yield heard.pop()


def operation(api: dict[str, Any], request: httpx2.Request) -> dict[str, Any]:
    """What the document says of it; the most specific of the paths that fit."""
    fitting = [
        (template.count("{"), item[request.method.lower()])
        for template, item in api["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), request.url.path) and request.method.lower() in item
    ]
    assert fitting, f"{request.method} {request.url.path} is not in the API"
    found: dict[str, Any] = min(fitting, key=lambda each: each[0])[1]
    return found


def properties(api: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """Names of an object's fields, whichever of several objects it is."""
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    options = [properties(api, option) for option in schema.get("anyOf", ())]
    return set(schema.get("properties", {})).union(*options)


def test_every_call_is_one_of_the_api_with_fields_that_it_knows(api: dict[str, Any]) -> None:
    for request in requests():
        known = operation(api, request)
        named = {each["name"] for each in known.get("parameters", ()) if each["in"] == "query"}
        assert set(request.url.params) <= named, request.url
        headers = {each["name"].lower() for each in known.get("parameters", ()) if each["in"] == "header"}
        assert set(request.headers) & HEADERS <= headers, request.url
        if request.content:
            schema = known["requestBody"]["content"]["application/json"]["schema"]
            assert set(json.loads(request.content)) <= properties(api, schema), request.url


def test_the_table_has_every_method_of_the_client() -> None:
    with Pressroom("http://gateway", "pr_a_b") as client:
        areas = [
            *(
                client.generations,
                client.jobs,
                client.articles,
                client.batches,
                client.prompts,
                client.pages,
                client.keys,
            ),
            *(client.admin, client.admin.jobs, client.admin.flags, client.admin.parked, client.admin.tenants),
            *(client.zuora, client.zuora.customers, client.zuora.environments),
            *(client.zuora.schedules, client.zuora.workflows),
        ]
    methods = sum(callable(getattr(area, name)) and name[0] != "_" for area in areas for name in dir(area))
    me_and_features, keys_of_a_tenant = 2, 3 - 1  # in place of `tenants.keys` itself: three calls
    assert len(CALLS) == methods + me_and_features + keys_of_a_tenant


@pytest.mark.parametrize(
    "model",
    [
        each
        for module in (models, admin_models, article_models, batch_models, zuora_models)
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == module.__name__
        if name not in WITHOUT and "[" not in name
    ],
    ids=lambda model: model.__name__,
)
def test_every_field_that_is_read_is_one_of_the_api(api: dict[str, Any], model: type[BaseModel]) -> None:
    name = OURS.get(model.__name__, model.__name__)
    assert name in api["components"]["schemas"], name
    assert set(model.model_fields) <= properties(api, {"$ref": name})
