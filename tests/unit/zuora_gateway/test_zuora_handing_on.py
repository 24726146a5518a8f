"""What is handed on to zuora-sync, and what of its refusals reaches the client."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from pressroom_common.zuora_reads import EnvironmentEdit, NewCustomer
from pressroom_gateway.zuora.forms import DiffQuery, ExportQuery, NewSync, WorkflowQuery, parameters
from pressroom_gateway.zuora.jobs import fingerprint_of
from pressroom_gateway.zuora.refusals import problem_of
from pressroom_gateway.zuora.revealing import revealed

ID = "0197a1b2-0000-7000-8000-000000000001"
ENVIRONMENT = {"name": "production", "base_url": "https://rest.zuora.com", "client_id": "c", "client_secret": "CANARY"}


def test_secrets_are_in_the_clear_only_in_what_is_handed_on():
    wish = NewCustomer.model_validate({"name": "Acme", "environments": [ENVIRONMENT]})
    assert revealed(wish) == {"name": "Acme", "environments": [ENVIRONMENT]}
    assert "CANARY" not in repr(wish) + str(wish) + wish.model_dump_json()


def test_what_was_not_given_is_not_handed_on_and_null_is():
    assert revealed(EnvironmentEdit(name="sandbox")) == {"name": "sandbox"}
    assert revealed(EnvironmentEdit(entity_id=None)) == {"entity_id": None}


def test_a_refused_wish_does_not_repeat_its_secret():
    with pytest.raises(ValidationError) as refused:
        NewCustomer.model_validate({"name": "Acme", "environments": [{**ENVIRONMENT, "client_secret": "CANARY" * 100}]})
    told = [(error["loc"], error["msg"]) for error in refused.value.errors()]
    assert "CANARY" not in str(told)


def test_queries_are_handed_on_as_addresses_have_them():
    query = WorkflowQuery.model_validate({"environment_id": ID, "text": "dunning"})
    assert parameters(query) == {"environment_id": ID, "text": "dunning", "deleted": "exclude", "limit": "50"}
    assert parameters(DiffQuery.model_validate({"from": 1, "to": 3})) == {"from": "1", "to": "3"}
    assert parameters(ExportQuery(secrets=True)) == {"secrets": "true"}


@pytest.mark.parametrize(
    ("status", "told", "code", "shown"),
    [
        (404, {"code": "not_found", "detail": "There is none."}, "not_found", 404),
        (409, {"code": "conflict", "detail": "The name is taken."}, "conflict", 409),
        (422, {"code": "host_not_allowed", "detail": "Not a host of Zuora's."}, "host_not_allowed", 422),
        (503, {"code": "unavailable", "detail": "The database is away."}, "unavailable", 503),
        (401, {"code": "unauthenticated", "detail": "The service token is not valid."}, "unavailable", 503),
        (500, {"code": "internal", "detail": "CANARY"}, "unavailable", 503),
        (302, {"code": "elsewhere", "detail": "CANARY"}, "unavailable", 503),
        (404, {"detail": "CANARY"}, "unavailable", 503),
        (422, {"detail": [{"input": "CANARY"}]}, "unavailable", 503),
        (502, "<html>CANARY</html>", "unavailable", 503),
    ],
)
def test_refusals_are_told_in_the_services_words_and_nothing_else_is(status: int, told: Any, code: str, shown: int):
    content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    problem = problem_of(status, content)
    assert (problem.code, problem.status) == (code, shown)
    assert "CANARY" not in problem.detail


def test_wrong_fields_keep_their_names_and_a_wait_its_length():
    fault = {"field": "environments.0.base_url", "message": "not a host of Zuora's"}
    content = json.dumps({"code": "invalid_request", "detail": "…", "errors": [fault]}).encode()
    assert [error.field for error in problem_of(422, content).errors] == ["environments.0.base_url"]
    assert problem_of(503, content, "7").headers == {"Retry-After": "7"}
    assert problem_of(503, content, "nonsense").headers == {"Retry-After": "5"}


@pytest.mark.parametrize(
    "wish", [{}, {"all": False}, {"environment_id": ID, "customer_id": ID}, {"environment_id": ID, "all": True}]
)
def test_a_sync_has_exactly_one_target(wish: dict[str, Any]):
    with pytest.raises(ValidationError, match="give one of"):
        NewSync.model_validate(wish)


def test_a_repeated_request_is_known_by_what_it_says():
    one, again, other = (NewSync(environment_id=ID, full=full) for full in (True, True, False))
    assert fingerprint_of("zuora.sync", one) == fingerprint_of("zuora.sync", again)
    assert fingerprint_of("zuora.sync", one) != fingerprint_of("zuora.sync", other)
    assert fingerprint_of("zuora.sync", one) != fingerprint_of("zuora.syncs", one)
