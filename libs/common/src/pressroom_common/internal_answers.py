"""Every error of internal HTTP leaves as an `InternalProblem`: the framework's own, ours, and bugs."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .errors import Unavailable
from .internal_problems import FieldFault, InternalProblem, Refused, invalid

_MOST_ERRORS = 50
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


def _answer(status: int, problem: InternalProblem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(), status, headers)


async def _on_refused(_request: Request, error: Refused) -> JSONResponse:
    return _answer(error.status, error.problem, _CHALLENGE if error.status == 401 else None)


async def _on_invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """Pydantic's finding without the input, which may hold a secret."""
    refused = invalid(*(_fault(each) for each in error.errors()[:_MOST_ERRORS]))
    return _answer(refused.status, refused.problem)


def _fault(error: Mapping[str, Any]) -> FieldFault:
    source, *path = error["loc"]
    return FieldFault(field=".".join(map(str, path)) or str(source), message=error["msg"])


async def _on_http_exception(_request: Request, error: HTTPException) -> JSONResponse:
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return _answer(error.status_code, InternalProblem(code=code, detail=str(error.detail)), error.headers)


async def _on_unavailable(_request: Request, error: Unavailable) -> JSONResponse:
    return _answer(503, InternalProblem(code="unavailable", detail=str(error)))


async def _on_bug(_request: Request, _error: Exception) -> JSONResponse:
    """The server logs it."""
    return _answer(500, InternalProblem(code="internal", detail="The service made a mistake; its log has more."))


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    Refused: _on_refused,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http_exception,
    Unavailable: _on_unavailable,
    Exception: _on_bug,
}
"""For `FastAPI(exception_handlers=…)`."""
