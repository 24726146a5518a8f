"""`POST /v1/chat/completions`."""

import asyncio
import time
from typing import Any

import msgspec
from aiohttp import web

from .answers import Answer, answer_to, completion
from .calls import Call
from .errors import MID_ANSWER, cut, error_response, mid_stream_error, played, refused
from .provider import PROVIDER, Provider
from .requests import ChatRequest
from .scenario import Failure
from .streams import Chunks, send_stream
from .texts import dice_for
from .values import UnsupportedSchemaError

_decoder = msgspec.json.Decoder(ChatRequest)
UNREADABLE = ChatRequest(model="", messages=[])


async def complete(request: web.Request) -> web.StreamResponse:
    provider = request.app[PROVIDER]
    chat, fault = _decoded(await request.read())
    stream = bool(chat.stream)
    with provider.recorded(request, kind="chat", model=chat.model, prompt=chat.prompt, stream=stream) as call:
        if fault or (fault := _fault(chat)):
            return refused(call, 400, fault)
        if not provider.accepts(request):
            return refused(call, 401)
        return await _answered(provider, request, chat, call)


def _decoded(body: bytes) -> tuple[ChatRequest, str | None]:
    """The request, or why it cannot be read."""
    try:
        return _decoder.decode(body), None
    except msgspec.MsgspecError as error:
        return UNREADABLE, str(error)


def _fault(chat: ChatRequest) -> str | None:
    if not chat.messages:
        return "`messages` must hold at least one message."
    if chat.n not in {None, 1}:
        return "This provider offers one choice: `n` must be 1."
    return None


async def _answered(provider: Provider, request: web.Request, chat: ChatRequest, call: Call) -> web.StreamResponse:
    scenario = provider.scenario
    failure = scenario.next_failure(chat.conversation)
    if failure and failure.kind not in MID_ANSWER:
        return await played(failure, request, call)
    dice = dice_for(chat.prompt)
    try:
        answer = answer_to(chat, scenario.tokens, dice)
    except UnsupportedSchemaError as error:
        return refused(call, 400, f"Invalid schema for response_format: {error}.")
    await asyncio.sleep(scenario.latency(dice))
    if not chat.stream:
        return _in_one_piece(request, chat, answer, call, failure)
    chunks = Chunks(_identity(chat, call), with_usage=chat.with_usage)
    return await send_stream(request, chunks, answer, call, pace=scenario.tokens_per_second, failure=failure)


def _in_one_piece(
    request: web.Request, chat: ChatRequest, answer: Answer, call: Call, failure: Failure | None
) -> web.StreamResponse:
    body = completion(_identity(chat, call), answer)
    if failure is None:
        call.outcome, call.tokens = "ok", len(answer.pieces)
        return web.Response(body=body, content_type="application/json", headers=_headers(call))
    call.outcome = failure.kind or "broken_stream"
    if failure.kind == "stream_error":
        return error_response(500, mid_stream_error(failure))
    if failure.kind == "broken_stream":
        cut(request)
    return web.Response(body=body[: len(body) // 2], content_type="application/json", headers=_headers(call))


def _identity(chat: ChatRequest, call: Call) -> dict[str, Any]:
    return {"id": f"chatcmpl-fake{call.number:08}", "created": int(call.time), "model": chat.model}


def _headers(call: Call) -> dict[str, str]:
    return {
        "x-request-id": f"req_fake{call.number:08}",
        "openai-processing-ms": str(int((time.time() - call.time) * 1000)),
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": str(max(0, 10_000 - call.in_flight)),
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-limit-tokens": "2000000",
        "x-ratelimit-remaining-tokens": str(max(0, 2_000_000 - call.in_flight * 1_000)),
        "x-ratelimit-reset-tokens": "30ms",
    }
