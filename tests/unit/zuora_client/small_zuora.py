"""The smallest server that a client of Zuora's can talk to: a test gives the answers, and reads the calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

from aiohttp import web
from pydantic import SecretStr

from pressroom_zuora_sync.zuora.gate import ZuoraGate
from pressroom_zuora_sync.zuora.gates import ZuoraGates
from pressroom_zuora_sync.zuora.records import Credentials, Limits

SECRET = "canary-secret-of-the-client"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUICK: dict[str, Any] = {
    "tries": 3,
    "longest_wait": 0.2,
    "deadline": 20.0,
    "silence": 10.0,
    "connecting": 10.0,
    "shortest_wait": 0.0,
}


class Seen(NamedTuple):
    """A call that came in."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    form: dict[str, str]


class SmallZuora:
    """Answers `/oauth/token` by itself, `token-1`, `token-2`, and so on, unless a test says otherwise."""

    def __init__(self) -> None:
        self.origin = ""
        self.seen: list[Seen] = []
        self.answers: dict[str, Handler] = {"/oauth/token": self._token}
        self.expires_in: object = 3599
        self.tokens = 0
        self.at_once = 0
        self.most_at_once = 0

    def calls(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.seen.append(Seen(request.path, dict(request.query), request.headers.copy(), form))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.answers.get(request.path)
            return await answer(request) if answer else web.json_response({"message": "none"}, status=404)
        finally:
            self.at_once -= 1

    async def _token(self, _request: web.Request) -> web.StreamResponse:
        self.tokens += 1
        return web.json_response({"access_token": f"token-{self.tokens}", "expires_in": self.expires_in})


def says(body: Any, status: int = 200, **headers: str) -> Handler:
    """The same JSON each time; `_` in a header's name is `-`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return answer


def sends(body: bytes, status: int = 200, content_type: str = "application/json", **headers: str) -> Handler:
    """The same bytes each time."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, content_type=content_type, headers=named)

    return answer


def in_turn(*answers: Handler) -> Handler:
    """One after another; the last one stays."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def after(seconds: float, answer: Handler) -> Handler:
    async def late(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await answer(request)

    return late


@asynccontextmanager
async def small_zuora() -> AsyncIterator[SmallZuora]:
    zuora = SmallZuora()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", zuora.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    zuora.origin = f"http://{host}:{port}"
    try:
        yield zuora
    finally:
        await runner.cleanup()


def credentials(origin: str, **other: Any) -> Credentials:
    fields: dict[str, Any] = {
        "environment_id": UUID(int=1),
        "tenant_id": UUID(int=2),
        "customer": "Acme",
        "base_url": origin,
        "client_id": "client",
        "secret": SecretStr(SECRET),
    }
    return Credentials(**(fields | other))


@asynccontextmanager
async def gates_to(zuora: SmallZuora, **limits: Any) -> AsyncIterator[ZuoraGates]:
    gates = ZuoraGates(Limits(**(QUICK | {"origins": frozenset({zuora.origin})} | limits)))
    async with gates.running():
        yield gates


@asynccontextmanager
async def gate_to(zuora: SmallZuora, **limits: Any) -> AsyncIterator[ZuoraGate]:
    async with gates_to(zuora, **limits) as gates:
        yield gates.of(credentials(zuora.origin), "job-1")
