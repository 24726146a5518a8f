"""`GET /v1/models`: a list to choose from; a call may name any other model too."""

from typing import Any

import msgspec
from aiohttp import web

NAMES = ("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.4-mini", "gpt-4o", "gpt-4o-mini", "gpt-image-1")
_CREATED = 1_780_000_000


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "pressroom-fake"}


async def models(_request: web.Request) -> web.Response:
    body = {"object": "list", "data": [_model(name) for name in NAMES]}
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


async def model(request: web.Request) -> web.Response:
    body = _model(request.match_info["name"])
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
