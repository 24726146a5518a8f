"""Answers as models, lists page by page, and errors as one exception."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from pressroom_client import FieldError, Generation, HandedOver, Pressroom, PressroomError
from pressroom_client.admin_models import JobFilter
from unit.client.gateways import ACCEPTED, ID, URL, Gateway, answer, problem

GENERATION = {
    "id": ID,
    "status": "completed",
    "content": "Tea.",
    "model": "m",
    "priority": "high",
    "created_at": "2030-01-01T00:00:00Z",
}


def job(number: int) -> dict[str, Any]:
    id_ = f"0197a1b2-0000-7000-8000-{number:012}"
    return {"id": id_, "kind": "k", "status": "new-status", "priority": "low", "created_at": "2030-01-01T00:00:00Z"}


def pages_of(count: int) -> Gateway:
    """A list of so many jobs; the cursor is the number of the next one."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        start, size = int(request.url.params.get("cursor", "0")), int(request.url.params["limit"])
        end = min(start + size, count)
        return answer(
            200, {"items": [job(n) for n in range(start, end)], "next_cursor": str(end) if end < count else None}
        )

    return Gateway(handle)


def test_a_list_is_read_to_its_end() -> None:
    gateway = pages_of(450)
    with gateway.client() as client:
        numbers = [each.id.node for each in client.jobs.list()]
    assert len(set(numbers)) == len(numbers) == 450
    assert [request.url.params["limit"] for request in gateway.heard] == ["200", "200", "200"]


@pytest.mark.parametrize(("limit", "requests"), [(0, []), (1, ["1"]), (200, ["200"]), (250, ["200", "50"])])
def test_no_more_is_asked_for_than_wanted(limit: int, requests: list[str]) -> None:
    gateway = pages_of(450)
    with gateway.client() as client:
        assert len(list(client.jobs.list(limit=limit))) == limit
    assert [request.url.params["limit"] for request in gateway.heard] == requests


def test_a_page_is_fetched_when_it_is_reached() -> None:
    gateway = pages_of(450)
    with gateway.client() as client:
        found = client.jobs.list()
        next(found)
        assert len(gateway.heard) == 1


async def test_lists_of_the_client_for_asyncio() -> None:
    gateway = pages_of(250)
    async with gateway.aclient() as client:
        assert len([each async for each in client.jobs.list()]) == 250


def test_filters_are_sent_as_the_api_has_them_and_the_rest_is_not() -> None:
    gateway = pages_of(0)
    with gateway.client() as client:
        list(client.jobs.list(statuses=["failed", "cancelled"], created_from=datetime(2030, 1, 1, tzinfo=UTC), limit=5))
    query = dict(gateway.heard[0].url.params)
    assert query == {"status": "failed,cancelled", "created_from": "2030-01-01T00:00:00Z", "limit": "5"}


def test_statuses_and_fields_of_later_versions_are_kept() -> None:
    gateway = Gateway([answer(200, GENERATION | {"status": "dreaming", "cost": {"amount": "0.01"}})])
    with gateway.client() as client:
        found = client.generations.get(ID)
    assert found.status == "dreaming"
    assert found.model_dump()["cost"] == {"amount": "0.01"}


def test_generate_now_answers_with_the_text_or_with_the_hand_over() -> None:
    gateway = Gateway([answer(200, GENERATION), answer(202, ACCEPTED | {"handed_over": True, "detail": "Too long."})])
    with gateway.client() as client:
        text = client.generations.generate("tea", wait=7)
        later = client.generations.generate("tea")
    assert isinstance(text, Generation)
    assert text.content == "Tea."
    assert isinstance(later, HandedOver)
    assert later.detail == "Too long."
    first = gateway.heard[0]
    assert first.headers["Prefer"] == "wait=7"
    assert json.loads(first.content) == {"prompt": "tea", "execution_mode": "sync"}
    assert first.extensions["timeout"]["read"] > 7


def test_a_change_tells_nothing_from_null() -> None:
    gateway = Gateway([answer(200, ACCEPTED)])
    with gateway.client() as client:
        client.jobs.change(ID, priority="low")
        client.jobs.change(ID, run_at=None)
    assert [json.loads(request.content) for request in gateway.heard] == [{"priority": "low"}, {"run_at": None}]


def test_a_filter_holds_only_what_was_given() -> None:
    gateway = Gateway([answer(200, {"matched": 3, "done": 0, "preview": True})])
    with gateway.client() as client:
        client.admin.jobs.retry_all(JobFilter(tenant="acme", statuses=("failed",)), preview=True)
    sent = json.loads(gateway.heard[0].content)
    assert sent == {"filter": {"tenant": "acme", "statuses": ["failed"]}, "preview": True}


def test_names_cannot_lead_to_another_path() -> None:
    gateway = Gateway([problem(404, "not_found")])
    with gateway.client() as client, pytest.raises(PressroomError):
        client.admin.drain("../tenants/x?y")
    assert gateway.heard[0].url.raw_path == b"/v1/admin/workers/..%2Ftenants%2Fx%3Fy/drain"


def test_a_problem_is_an_error_with_all_that_it_says() -> None:
    body = {
        "code": "missing_variable",
        "detail": "Give\nit.",
        "errors": [{"field": "variables.a", "message": "required"}],
    }
    gateway = Gateway([answer(422, body, X_Request_ID="r-1")])
    with gateway.client() as client, pytest.raises(PressroomError) as caught:
        client.generations.create(prompt_id=ID)
    error = caught.value
    assert (error.status, error.code, error.request_id) == (422, "missing_variable", "r-1")
    assert error.errors == (FieldError("variables.a", "required"),)
    assert str(error) == "422 missing_variable: Give it. [variables.a: required] (request r-1)"


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"id": 7}', b""])
def test_what_is_no_answer_of_the_gateway_is_told_as_such(content: bytes) -> None:
    gateway = Gateway([httpx2.Response(200, content=content)])
    with gateway.client() as client, pytest.raises(PressroomError) as caught:
        client.me()
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(("status", "code"), [(302, "unreadable"), (403, "unreadable"), (504, "unavailable")])
def test_what_a_proxy_says_is_an_error_too(status: int, code: str) -> None:
    gateway = Gateway([httpx2.Response(status, content=b"<html>", headers={"Location": "http://elsewhere"})])
    with gateway.client() as client, pytest.raises(PressroomError) as caught:
        client.me()
    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_gateway_that_is_not_ready_says_what_it_misses() -> None:
    gateway = Gateway([answer(503, {"status": "not ready", "failed": ["broker"]})])
    with gateway.client() as client:
        found = client.readiness()
    assert (found.ready, found.failed) == (False, ("broker",))


@pytest.mark.parametrize(
    "url", ["", "gateway:8000", "ftp://gateway", "http://", "http://me:word@gateway", f"{URL}?a=b"]
)
def test_a_url_that_cannot_be_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(PressroomError) as caught:
        Pressroom(url, "pr_a_b")
    assert caught.value.code == "settings"
    assert "hidden" not in str(caught.value)
