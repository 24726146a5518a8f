"""`/__fake__/…`: what tests ask of the fake itself."""

from typing import Any

import msgspec
from aiohttp import web

from .provider import PROVIDER
from .scenario import ScenarioChange

_decoder = msgspec.json.Decoder(ScenarioChange)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(value), status=status, content_type="application/json", headers=headers
    )


async def health(_request: web.Request) -> web.Response:
    return _json({"status": "ok"})


async def calls(request: web.Request) -> web.Response:
    """Oldest first; `?outcome=ok`, `?since=1789000000.5` (seconds of the epoch)."""
    log = request.app[PROVIDER].log
    try:
        since = float(request.query.get("since", "0"))
    except ValueError:
        return _json({"error": {"message": "`since` is a time in seconds of the epoch"}}, status=422)
    found = list(log.find(request.query.get("outcome"), since))
    return _json(found, headers={"X-Calls-Dropped": str(log.dropped)})


async def stats(request: web.Request) -> web.Response:
    return _json(request.app[PROVIDER].log.stats())


async def scenario(request: web.Request) -> web.Response:
    return _json(request.app[PROVIDER].scenario)


async def set_scenario(request: web.Request) -> web.Response:
    """Fields that are not named keep their value; unknown ones are refused. A new list of failures replaces the old."""
    provider = request.app[PROVIDER]
    try:
        change = _decoder.decode(await request.read())
    except msgspec.MsgspecError as error:
        return _json({"error": {"message": str(error)}}, status=422)
    provider.scenario = provider.scenario.changed(change)
    return _json(provider.scenario)


async def reset(request: web.Request) -> web.Response:
    """No calls, and the scenario that the provider was started with."""
    provider = request.app[PROVIDER]
    provider.reset()
    return _json(provider.scenario)
