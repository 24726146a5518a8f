"""A gateway that has a log and answers pulls, and nothing else."""

from types import TracebackType
from typing import Self

from aiohttp import web

from pressroom_common.contracts import Transition, TransitionPage, encode
from pressroom_common.service_tokens import InvalidToken, verify

SECRET = "a secret of the tests, longer than 32 characters"


class FakeGateway:
    """Its log is a list, the cursor a place in it. `down` makes it answer 503."""

    def __init__(self) -> None:
        self.log: list[Transition] = []
        self.down = False
        self.pulls = 0
        self.url = ""
        app = web.Application()
        app.router.add_get("/internal/transitions", self._transitions)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _transitions(self, request: web.Request) -> web.Response:
        self.pulls += 1
        if self.down:
            return web.Response(status=503)
        try:
            token = verify(request.headers["Authorization"].removeprefix("Bearer "), SECRET, audience="gateway")
        except InvalidToken:
            return web.Response(status=401)
        assert (token.issuer, token.role, token.tenant_id) == ("monitor", "service", "")
        after, limit = request.query["after"], int(request.query["limit"])
        begin = int(after or 0)
        page = tuple(self.log[begin : begin + limit])
        answer = TransitionPage(transitions=page, next=str(begin + len(page)) if page else after)
        return web.Response(body=encode(answer), content_type="application/json")
