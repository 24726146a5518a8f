"""Wires the fake Zuora: its routes, and a server around them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from . import control, exports, listing, oauth, others
from .account import AccountSpec
from .scenario import Behaviour
from .server import SERVER, Server

LARGEST_REQUEST = 64 * 1024 * 1024


def create_app(
    accounts: Sequence[AccountSpec] = (), behaviour: Behaviour | None = None, *, demo: bool = False
) -> web.Application:
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app[SERVER] = Server(accounts, behaviour or Behaviour(), demo=demo)
    app.add_routes(
        [
            web.post("/oauth/token", oauth.token),
            web.get("/workflows", listing.workflows),
            web.get("/workflows/tasks", others.tasks),
            web.get("/workflows/metrics.json", others.metrics),
            web.get(r"/workflows/workflow_runs/{id:\d+}", others.run),
            web.get(r"/workflows/{id:\d+}", listing.workflow),
            web.get(r"/workflows/{id:\d+}/versions", listing.versions),
            web.get(r"/workflows/{id:\d+}/export", exports.export),
            web.get("/__fake__/health", control.health),
            web.post("/__fake__/seed", control.seed),
            web.post("/__fake__/change", control.change),
            web.get("/__fake__/scenario", control.scenario),
            web.post("/__fake__/scenario", control.set_scenario),
            web.get("/__fake__/log", control.log),
            web.get("/__fake__/truth", control.truth),
            web.post("/__fake__/reset", control.reset),
        ]
    )
    return app


@asynccontextmanager
async def running(
    accounts: Sequence[AccountSpec] = (),
    behaviour: Behaviour | None = None,
    *,
    demo: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[str]:
    """A server in this process; gives its origin. Port 0 is any free one. `demo`: with the demo's accounts."""
    app = create_app(accounts, behaviour, demo=demo)
    # Without the cancellation a client that went away would still count as a call under way.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
