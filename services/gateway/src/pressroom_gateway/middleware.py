"""Around every request: its id, its metrics, its last resort, and a limit for its body. Plain ASGI, for speed."""

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pressroom_common.ids import uuid7

from . import problems
from .accounts.requires import RATE_LIMIT_HEADERS
from .http_metrics import HttpMetrics
from .problem_answers import answer

log = structlog.get_logger()

_SANE_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_CUT = problems.too_large("The request's body is too large. Send less at once; the documentation names the limit.")


class RequestContext:
    """`X-Request-ID` in and out, metrics, and a bug's answer: 500 without a word about its cause, which is logged."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        reply = _Reply(send, request_id, scope["state"])
        try:
            await self._app(scope, receive, reply.send)
        except Exception:
            log.exception("request failed", method=scope["method"], route=_route(scope))
            if reply.status:
                raise  # too late for another answer: the server cuts the connection
            await answer(problems.internal(), scope["state"])(scope, receive, reply.send)
        finally:
            self._metrics.count(_route(scope), scope["method"], reply.status, reply.seconds())


class _Reply:
    """Watches the answer go out."""

    __slots__ = ("_began", "_header", "_send", "_started", "_state", "status")

    def __init__(self, send: Send, request_id: str, state: Mapping[str, Any]) -> None:
        self._send = send
        self._state = state
        self._header = (b"x-request-id", request_id.encode())
        self._started = time.perf_counter()
        self._began: float | None = None
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._began = time.perf_counter()
            limits = self._state.get(RATE_LIMIT_HEADERS, ())
            message["headers"] = [*message.get("headers", ()), *limits, self._header]
        await self._send(message)

    def seconds(self) -> float:
        """Until the answer began."""
        return (self._began or time.perf_counter()) - self._started


class BodyLimit:
    """413 for a body over `limit` bytes, by its announced length or, when it comes in chunks, by counting.

    `others`: the limits of paths that have their own.
    """

    def __init__(self, app: ASGIApp, limit: int, others: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._limit = limit
        self._others = others or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._others.get(scope["path"], self._limit)
        length = _header(scope["headers"], b"content-length")
        if length is not None and (not length.isdigit() or int(length) > limit):
            await self._refuse(scope, receive, send)
        elif length is not None or _header(scope["headers"], b"transfer-encoding") is None:
            await self._app(scope, receive, send)
        else:
            await self._count(scope, receive, send, limit)

    async def _count(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Takes the whole body before the application sees it, so that a refusal is the only answer."""
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client went away
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
            if size > limit:
                await self._refuse(scope, receive, send)
                return
        await self._app(scope, _replay(b"".join(chunks), receive), send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server reads the rest and throws it away: were the connection cut, clients would miss the answer."""
        await answer(_CUT, scope["state"])(scope, receive, send)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    given = _header(headers, b"x-request-id")
    return given.decode() if given is not None and _SANE_ID.fullmatch(given) else str(uuid7())


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    for key, value in headers:
        if key == name:
            return value
    return None


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return route.path if route is not None else "unmatched"
