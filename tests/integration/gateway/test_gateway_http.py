"""What holds for every request: errors, ids, limits, health, documentation."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from integration.gateway.clients import Clients, Tenant

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "n", "template": "t", "owner": "me"}, "owner"),
        ({"name": "n"}, "template"),
        ({"name": "n\0", "template": "t"}, "name"),
        ({"name": "n", "template": "t\0"}, "template"),
        ({"name": "n", "template": " \n"}, "template"),
        ({"name": "n", "template": "t", "model": "m\0"}, "model"),
        ({"name": "n", "template": "x" * 100_001}, "template"),
        ({"name": "n", "template": 5}, "template"),
        ([], "body"),
        (None, "body"),
    ],
)
async def test_what_is_wrong_in_a_body_is_named(tenant: Tenant, body: Any, field: str) -> None:
    editor = await tenant.client()
    answer = await editor.post("/v1/prompts", body)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert (problem["code"], problem["status"]) == ("invalid_request", 422)
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"a": "x\0"}, "variables.a"),
        ({"a\0": "x"}, "variables.a"),
        ({"a": ["list"]}, "variables.a"),
        ({"a": None}, "variables.a"),
    ],
)
async def test_variables_are_scalars_without_nul(tenant: Tenant, variables: Any, field: str) -> None:
    editor = await tenant.client()
    prompt = await editor.made("/v1/prompts", {"name": "n", "template": "{{a}}"})
    answer = await editor.post(f"/v1/prompts/{prompt['id']}/render", {"variables": variables})
    assert answer.status_code == 422
    assert all(error["field"].startswith(field) for error in answer.json()["errors"])


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": ',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name": "n", "template": "t", "active": ' + b"9" * 5000 + b"}",
        b'{"name": "n", "template": "t", "\\ud800": 1}',
        b'{"name": "n", "template": "\\ud800"}',
        b'{"url": "https://example.com", "keyword": "k", "language": "en", "metadata": {"n": NaN}}',
    ],
)
@pytest.mark.parametrize("path", ["/v1/prompts", "/v1/pages"])
async def test_a_body_that_is_no_json_is_refused(tenant: Tenant, path: str, content: bytes) -> None:
    editor = await tenant.client()
    answer = await editor.send("POST", path, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_body_of_another_type_is_told_what_to_send(tenant: Tenant) -> None:
    editor = await tenant.client()
    answer = await editor.send("POST", "/v1/prompts", content=b"name=n", headers={"Content-Type": "text/plain"})
    assert "application/json" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "name"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1000"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"text": "a\0"}, "text"),
        ({"active": "perhaps"}, "active"),
    ],
)
async def test_what_is_wrong_in_a_query_is_named(tenant: Tenant, query: dict[str, str], field: str) -> None:
    editor = await tenant.client()
    answer = await editor.get("/v1/prompts", **query)
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_an_error_does_not_repeat_what_was_sent(tenant: Tenant) -> None:
    editor = await tenant.client()
    answer = await editor.post("/v1/prompts", {"name": {"secret": "hunter2"}, "template": ["hunter2"]})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_unknown_addresses_and_methods_are_problems_too(tenant: Tenant) -> None:
    editor = await tenant.client()
    nothing, method = await editor.get("/v1/nothing"), await editor.delete("/v1/prompts")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert method.headers["allow"] == "GET, POST"
    assert "GET, POST" in method.json()["detail"]


async def test_a_wrong_method_is_told_all_that_there_are_at_an_address_with_an_id(tenant: Tenant) -> None:
    answer = await (await tenant.client()).put("/v1/prompts/42", {})
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PATCH")


async def test_an_id_that_is_none_is_named(tenant: Tenant) -> None:
    editor = await tenant.client()
    answer = await editor.get("/v1/pages/42")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "page_id")


async def test_a_request_id_comes_back(clients: Clients) -> None:
    answer = await clients.anonymous.get("/v1/me", headers={"X-Request-ID": "trace-me.42"})
    assert answer.headers["x-request-id"] == "trace-me.42"
    assert answer.json()["request_id"] == "trace-me.42"


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "naïve", "<script>"])
async def test_a_request_id_that_is_not_sane_is_replaced(clients: Clients, given: str) -> None:
    answer = await clients.anonymous.get("/healthz", headers=[(b"X-Request-ID", given.encode())])
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 36


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 100_000


async def test_a_body_over_a_megabyte_is_refused(tenant: Tenant) -> None:
    editor = await tenant.client()
    answer = await editor.post("/v1/prompts", {"name": "n", "template": "x" * 1_000_001})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == PROBLEM


async def test_a_body_in_chunks_over_a_megabyte_is_refused(tenant: Tenant) -> None:
    editor = await tenant.client()
    answer = await editor.send("POST", "/v1/prompts", content=chunks(11))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_in_chunks_is_read_like_any_other(tenant: Tenant) -> None:
    editor = await tenant.client()

    async def body() -> AsyncIterator[bytes]:
        for part in (b'{"name": "n", ', b'"template": "t"}'):
            yield part
            await asyncio.sleep(0.01)

    answer = await editor.send("POST", "/v1/prompts", content=body(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


async def test_health_and_readiness_need_no_key(clients: Clients) -> None:
    assert (await clients.anonymous.get("/healthz")).json() == {"status": "alive"}
    assert (await clients.anonymous.get("/readyz")).json() == {"status": "ready"}


async def test_the_documentation_shows_problems_keys_and_examples(clients: Clients) -> None:
    document = (await clients.anonymous.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/v1/prompts"]["post"]
    assert operation["security"] == [{"ApiKey": []}]
    for status in ("401", "403", "422", "503", "default"):
        assert list(operation["responses"][status]["content"]) == [PROBLEM]
    assert {"ProblemAnswer", "FieldErrorAnswer"} <= document["components"]["schemas"].keys()
    assert document["components"]["schemas"]["NewPrompt"]["properties"]["template"]["examples"]
    assert "HTTPValidationError" not in json.dumps(document)
    assert (await clients.anonymous.get("/docs")).status_code == 200
