"""Every error leaves as `application/problem+json`: the framework's own, ours, and bugs."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from pressroom_common.errors import Unavailable

from . import problems
from .field_words import words
from .problems import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 50
_LONGEST_NAME = 100


class FieldErrorAnswer(BaseModel):
    field: str = Field(examples=["variables.topic"])
    message: str = Field(examples=["required"])


class ProblemAnswer(BaseModel):
    """RFC 9457 (`application/problem+json`)."""

    type: str = Field("about:blank", description="Problems are told apart by `code`.")
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    code: str = Field(description="Stable; made for programs.", examples=["invalid_request"])
    detail: str = Field(description="What to do about it; made for people.")
    errors: list[FieldErrorAnswer] | None = Field(None, description="What is wrong, field by field.")
    request_id: str | None = Field(None, description="Name it when you report the problem.")


def answer(problem: Problem, state: Mapping[str, Any]) -> JSONResponse:
    """`state` is the request's, `scope["state"]`."""
    content = body(problem)
    if "request_id" in state:
        content["request_id"] = state["request_id"]
    return JSONResponse(content, problem.status, problem.headers, MEDIA_TYPE)


def body(problem: Problem) -> dict[str, Any]:
    """As `ProblemAnswer` has it."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.errors:
        content["errors"] = [{"field": error.field, "message": error.message} for error in problem.errors]
    return content


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The framework's findings. What the client sent is not repeated: it may hold a secret."""
    return problems.invalid(*(_field_error(error) for error in errors[:_MOST_ERRORS]))


def _field_error(error: Mapping[str, Any]) -> FieldError:
    source, *path = error["loc"]
    if error["type"] == "json_invalid":
        path = []
    name = ".".join(str(part) for part in path) or str(source)
    return FieldError(_printable(name), words(error, whole=not path))


def _printable(name: str) -> str:
    """A client's own field name: cut, and without what UTF-8 cannot carry."""
    return name[:_LONGEST_NAME].encode("utf-8", "replace").decode()


def from_framework(error: HTTPException) -> Problem:
    headers = error.headers or {}
    match error.status_code:
        case 404:
            return Problem(404, "not_found", "There is nothing at this address. `/openapi.json` lists what there is.")
        case 405:
            allowed = headers.get("Allow", "others")
            return Problem(405, "method_not_allowed", f"Use another method here: {allowed}.", headers=headers)
        case 400:
            return problems.invalid(FieldError("body", "cannot be read as JSON in UTF-8"))
        case status:
            return Problem(status, "invalid_request", str(error.detail), headers=headers)


async def _on_problem(request: Request, error: Problem) -> JSONResponse:
    return answer(error, request.scope["state"])


async def _on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return answer(from_validation(error.errors()), request.scope["state"])


async def _on_http_exception(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 405:
        error = HTTPException(405, headers={"Allow": ", ".join(_methods_here(request))})
    return answer(from_framework(error), request.scope["state"])


def _methods_here(request: Request) -> list[str]:
    """Of all routes with this address: the framework names those of the first one."""
    routes = iter_route_contexts(request.app.routes)
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})


async def _on_unavailable(request: Request, _error: Unavailable) -> JSONResponse:
    return answer(problems.unavailable(), request.scope["state"])


def status_of(error: Exception) -> int:
    """With which status the error leaves."""
    match error:
        case Problem():
            return error.status
        case HTTPException():
            return from_framework(error).status
        case RequestValidationError():
            return 422
        case Unavailable():
            return 503
        case _:
            return 500


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    Problem: _on_problem,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http_exception,
    Unavailable: _on_unavailable,
}
"""For `FastAPI(exception_handlers=…)`. Bugs are answered by the middleware, which also logs them."""

_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"description": "No valid API key", "content": _CONTENT},
    403: {"description": "The key lacks a right", "content": _CONTENT},
    422: {"description": "Fields are wrong, or unknown", "content": _CONTENT},
    429: {"description": "Too many requests: try again after `Retry-After`", "content": _CONTENT},
    503: {"description": "Try again after `Retry-After`", "content": _CONTENT},
    "default": {"description": "Any other problem, told by its `code`", "content": _CONTENT},
}
"""For the OpenAPI document."""


def schemas() -> dict[str, Any]:
    """What `RESPONSES` refers to: FastAPI would file a model under `application/json`."""
    problem = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**problem.pop("$defs"), "ProblemAnswer": problem}
