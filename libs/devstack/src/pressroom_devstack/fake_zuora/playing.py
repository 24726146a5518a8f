"""How a fault is played: answers in the place of the right one, and answers that are spoiled on their way."""

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil

from aiohttp import web

from . import errors
from .answers import Answer, json
from .limits import limit_headers
from .scenario import Asked, RetryAfter, Scenario

ABSURD_S = 31_536_000  # a year
_LIMIT = 50_000
_STATUS = {"server_error": 500, "html": 502, "refused": 403}


def played(scenario: Scenario, asked: Asked) -> Answer:
    """The answer that a fault gives."""
    status = scenario.status or _STATUS.get(scenario.kind, 500)
    match scenario.kind:
        case "bad_secret":
            return json(errors.unauthorized("Invalid client id or secret"), 401)
        case "unauthorized":
            return json(errors.unauthorized(), 401)
        case "rate_limited":
            return _rate_limited(scenario, asked)
        case "unsuccessful":
            return json(errors.unsuccessful())
        case "html":
            return Answer(status, raw=errors.HTML.encode(), content_type="text/html")
        case _:
            return json(errors.body_of(status, asked.endpoint), status)


def _rate_limited(scenario: Scenario, asked: Asked) -> Answer:
    answer = json(errors.body_of(429, asked.endpoint), 429)
    answer.headers = limit_headers(_LIMIT, 0, scenario.seconds)
    if scenario.retry_after:
        answer.headers["Retry-After"] = _retry_after(scenario.retry_after, ceil(scenario.seconds))
    return answer


def _retry_after(form: RetryAfter, seconds: int) -> str:
    if form == "date":
        return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return {"seconds": str(seconds), "absurd": str(ABSURD_S), "nonsense": "in a while"}[form]


async def sent_broken(
    scenario: Scenario, request: web.Request, response: web.Response, answer: Answer
) -> web.StreamResponse:
    """Half of it: as a whole answer (`truncated`), or as a connection that breaks (`cut`; `connection_reset`: before
    the first byte)."""
    if scenario.kind == "truncated":
        body = answer.body()
        return Answer(answer.status, raw=body[: len(body) // 2], headers=answer.headers).sent("")
    if scenario.kind == "cut":
        await _send_half(request, response)
    if request.transport is not None:
        request.transport.abort()
    return response


async def _send_half(request: web.Request, response: web.Response) -> None:
    body = response.body if isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers=response.headers)
    half.content_length = len(body)
    await half.prepare(request)
    with contextlib.suppress(ConnectionError):
        await half.write(body[: len(body) // 2])
