"""`POST /v1/images/generations`, and the pictures behind the URLs it gives."""

import asyncio
import base64
import hashlib
import time
from typing import Any

import msgspec
from aiohttp import web

from .calls import Call
from .errors import MID_ANSWER, cut, played, refused
from .pictures import picture_of
from .provider import PROVIDER, Provider
from .requests import ImageRequest
from .texts import count_tokens, dice_for

MOST = 10
_TOKENS = 272  # of one small picture, as the real provider counts it

_decoder = msgspec.json.Decoder(ImageRequest)


async def generate(request: web.Request) -> web.StreamResponse:
    provider = request.app[PROVIDER]
    wanted, fault = _decoded(await request.read())
    with provider.recorded(request, kind="image", model=wanted.model, prompt=wanted.prompt, stream=False) as call:
        if fault or (fault := _fault(wanted)):
            return refused(call, 400, fault)
        if not provider.accepts(request):
            return refused(call, 401)
        return await _answered(provider, request, wanted, call)


async def show(request: web.Request) -> web.Response:
    """`GET /__fake__/images/{name}.png`."""
    picture = picture_of(request.match_info["name"], request.query.get("size"))
    return web.Response(body=picture, content_type="image/png")


def _decoded(body: bytes) -> tuple[ImageRequest, str | None]:
    try:
        return _decoder.decode(body), None
    except msgspec.MsgspecError as error:
        return ImageRequest(prompt=""), str(error)


def _fault(wanted: ImageRequest) -> str | None:
    if not 1 <= (wanted.n or 1) <= MOST:
        return f"`n` must be between 1 and {MOST}."
    try:
        picture_of("", wanted.size)
    except ValueError:
        return f"`size` must look like 1024x1024, not {wanted.size!r}."
    return None


async def _answered(provider: Provider, request: web.Request, wanted: ImageRequest, call: Call) -> web.StreamResponse:
    failure = provider.scenario.next_failure(wanted.prompt)
    if failure and failure.kind not in MID_ANSWER:
        return await played(failure, request, call)
    await asyncio.sleep(provider.scenario.latency(dice_for(wanted.prompt)))
    body = msgspec.json.encode(_body(request, wanted, call))
    call.outcome = failure.kind or "" if failure else "ok"
    if failure and failure.kind != "malformed_json":
        cut(request)
    return web.Response(body=body[: len(body) // 2] if failure else body, content_type="application/json")


def _body(request: web.Request, wanted: ImageRequest, call: Call) -> dict[str, Any]:
    names = [hashlib.sha256(f"{wanted.prompt}#{number}".encode()).hexdigest()[:24] for number in range(wanted.n or 1)]
    prompt_tokens, call.tokens = count_tokens(wanted.prompt), _TOKENS * len(names)
    return {
        "created": int(time.time()),
        "data": [_entry(request, wanted, name) for name in names],
        "usage": {
            "input_tokens": prompt_tokens,
            "input_tokens_details": {"text_tokens": prompt_tokens, "image_tokens": 0},
            "output_tokens": call.tokens,
            "total_tokens": prompt_tokens + call.tokens,
        },
    }


def _entry(request: web.Request, wanted: ImageRequest, name: str) -> dict[str, str]:
    if wanted.response_format == "url":
        size = wanted.size or "1024x1024"
        return {"url": f"{request.scheme}://{request.host}/__fake__/images/{name}.png?size={size}"}
    return {"b64_json": base64.b64encode(picture_of(name, wanted.size)).decode()}
