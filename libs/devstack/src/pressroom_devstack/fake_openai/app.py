"""Wires the fake provider: its routes, and a server around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from . import chat, control, images, models
from .provider import PROVIDER, WRONG_KEY, Provider
from .scenario import Scenario

LARGEST_REQUEST = 8 * 1024 * 1024


def create_app(scenario: Scenario | None = None, wrong_key: str = WRONG_KEY) -> web.Application:
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app[PROVIDER] = Provider(scenario or Scenario(), wrong_key)
    app.add_routes(
        [
            web.post("/v1/chat/completions", chat.complete),
            web.post("/v1/images/generations", images.generate),
            web.get("/v1/models", models.models),
            web.get("/v1/models/{name}", models.model),
            web.get("/__fake__/health", control.health),
            web.get("/__fake__/calls", control.calls),
            web.get("/__fake__/stats", control.stats),
            web.get("/__fake__/scenario", control.scenario),
            web.post("/__fake__/scenario", control.set_scenario),
            web.post("/__fake__/reset", control.reset),
            web.get("/__fake__/images/{name}.png", images.show),
        ]
    )
    return app


@asynccontextmanager
async def running(
    scenario: Scenario | None = None, *, host: str = "127.0.0.1", port: int = 0, wrong_key: str = WRONG_KEY
) -> AsyncIterator[str]:
    """A server in this process; gives its origin, without `/v1`. Port 0 is any free one."""
    app = create_app(scenario, wrong_key)
    # Without the cancellation a client that went away would not be seen; without the short timeout a call that was
    # asked to hang would hold up the end.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
