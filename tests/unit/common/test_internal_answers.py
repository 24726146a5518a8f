"""What goes wrong over internal HTTP leaves as one shape, and repeats nothing that was sent."""

from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, HTTPException
from pydantic import BaseModel, Field, SecretStr

from pressroom_common.errors import Unavailable
from pressroom_common.internal_callers import Caller, caller
from pressroom_common.internal_http import internal_app
from pressroom_common.internal_problems import FieldFault, InternalProblem, conflict, invalid
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_common.telemetry import Metrics

SECRET = "a secret of tests, longer than 32 characters"
ERRORS = {
    "conflict": conflict("This name is taken."),
    "fields": invalid(FieldFault(field="name", message="too short")),
    "framework": HTTPException(404, "nothing here"),
    "away": Unavailable("the database is away"),
    "bug": RuntimeError("canary-secret"),
}


class Wish(BaseModel):
    secret: SecretStr = Field(max_length=5)


@pytest.fixture
def http() -> httpx2.AsyncClient:
    app = internal_app(Metrics(), {})

    @app.post("/wishes")
    async def wish(_wish: Wish) -> None: ...

    @app.get("/who")
    async def who(asking: Annotated[Caller, Depends(caller(SECRET, "somebody"))]) -> str:
        return asking.role

    @app.get("/{error}")
    async def fail(error: str) -> None:
        raise ERRORS[error]

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://service")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("conflict", 409, "conflict"),
        ("fields", 422, "invalid_request"),
        ("framework", 404, "not_found"),
        ("away", 503, "unavailable"),
        ("bug", 500, "internal"),
    ],
)
async def test_whatever_goes_wrong_is_told_in_one_shape(
    http: httpx2.AsyncClient, error: str, status: int, code: str
) -> None:
    answer = await http.get(f"/{error}")
    problem = InternalProblem.model_validate_json(answer.content)
    assert (answer.status_code, problem.code) == (status, code)
    assert "canary" not in answer.text


async def test_a_wrong_field_is_named_and_its_content_is_not_repeated(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/wishes", json={"secret": "canary-secret"})
    problem = InternalProblem.model_validate_json(answer.content)
    assert (answer.status_code, [fault.field for fault in problem.errors]) == (422, ["secret"])
    assert "canary" not in answer.text


async def test_who_has_no_token_is_told_to_bring_one(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/who")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert InternalProblem.model_validate_json(answer.content).code == "unauthenticated"


async def test_a_token_for_this_service_names_the_role(http: httpx2.AsyncClient) -> None:
    token = sign(ServiceToken("gateway", "somebody", "", "super-admin"), SECRET)
    assert (await http.get("/who", headers={"Authorization": f"Bearer {token}"})).json() == "super-admin"
