"""Errors in the provider's format, and how a failure on demand is played."""

import asyncio
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from .calls import Call
from .scenario import Failure

MID_ANSWER = {"broken_stream", "stream_error", "malformed_json"}
_FOR_EVER = 24 * 3600.0  # seconds; the client goes away long before


class Refusal(NamedTuple):
    """`name` is the outcome in the list of calls; `type` and `code` stand in the body."""

    name: str
    type: str
    code: str | None
    message: str


_QUOTA = Refusal(
    "insufficient_quota",
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
)
_BY_STATUS = {
    400: Refusal("invalid_request", "invalid_request_error", None, "The request is not valid."),
    401: Refusal("invalid_api_key", "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: Refusal("forbidden", "invalid_request_error", "forbidden", "You do not have access to this model."),
    404: Refusal("not_found", "invalid_request_error", "model_not_found", "The model does not exist."),
    408: Refusal("request_timeout", "server_error", None, "The request took too long."),
    422: Refusal("unprocessable", "invalid_request_error", None, "The request could not be processed."),
    429: Refusal("rate_limited", "requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: Refusal("server_error", "server_error", None, "The server had an error while processing your request."),
    503: Refusal(
        "overloaded", "server_error", "overloaded", "The engine is currently overloaded, please try again later."
    ),
}


def refused(call: Call, status: int, message: str | None = None) -> web.Response:
    """The provider's own refusal of a request that is wrong."""
    refusal = _refusal(Failure(status=status, message=message))
    call.outcome = refusal.name
    return error_response(status, refusal)


def error_response(status: int, refusal: Refusal, headers: dict[str, str] | None = None) -> web.Response:
    body = msgspec.json.encode(error_body(refusal))
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


def error_body(refusal: Refusal) -> dict[str, Any]:
    return {"error": {"message": refusal.message, "type": refusal.type, "param": None, "code": refusal.code}}


async def played(failure: Failure, request: web.Request, call: Call) -> web.Response:
    """A failure that stands in the answer's place."""
    await asyncio.sleep(failure.latency_ms / 1000)
    if failure.kind == "timeout":
        await _hang(call)
    if failure.kind == "connection_reset":
        call.outcome = failure.kind
        cut(request)
        return web.Response()
    refusal = _refusal(failure)
    call.outcome = refusal.name
    return error_response(_status(failure), refusal, _retry_after(failure))


async def _hang(call: Call) -> None:
    try:
        await asyncio.sleep(_FOR_EVER)
    finally:
        call.outcome = "timeout"


def mid_stream_error(failure: Failure) -> Refusal:
    return _refusal(Failure(status=500, code=failure.code, message=failure.message))


def cut(request: web.Request) -> None:
    """Ends the connection without another byte."""
    if request.transport is not None:
        request.transport.abort()


def _status(failure: Failure) -> int:
    return failure.status or (429 if failure.kind in {"rate_limited", "insufficient_quota"} else 500)


def _refusal(failure: Failure) -> Refusal:
    if "insufficient_quota" in {failure.kind, failure.code}:
        known = _QUOTA
    else:
        status = _status(failure)
        known = _BY_STATUS.get(status, Refusal(f"http_{status}", "server_error", None, f"Error {status}."))
    return known._replace(code=failure.code or known.code, message=failure.message or known.message)


def _retry_after(failure: Failure) -> dict[str, str]:
    return {} if failure.retry_after is None else {"Retry-After": f"{failure.retry_after:g}"}
