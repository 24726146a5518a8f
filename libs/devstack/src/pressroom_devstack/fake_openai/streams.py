"""A streamed answer: server-sent events at the scenario's pace, which may break, or end with an error, half way."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from .answers import Answer
from .calls import Call
from .errors import cut, error_body, mid_stream_error
from .scenario import Failure

DONE = b"data: [DONE]\n\n"


class Chunks:
    """The frames of one answer. With usage asked for, every chunk but the last says `usage: null`."""

    def __init__(self, identity: dict[str, Any], *, with_usage: bool) -> None:
        self._head = {**identity, "object": "chat.completion.chunk", "service_tier": "default"}
        self._with_usage = with_usage

    def of(self, answer: Answer) -> list[bytes]:
        """One frame a token."""
        before, after = self._choice({"content": "\0"}, None).split(b'"\\u0000"')
        encode = msgspec.json.encode
        return [before + encode(piece) + after for piece in answer.pieces]

    def first(self) -> bytes:
        return self._choice({"role": "assistant", "content": "", "refusal": None}, None)

    def last(self, answer: Answer) -> bytes:
        end = self._choice({}, answer.finish_reason)
        return end + (self._frame({"choices": [], "usage": answer.usage}) if self._with_usage else b"") + DONE

    def _choice(self, delta: dict[str, Any], finish_reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._frame({"choices": [choice]} | ({"usage": None} if self._with_usage else {}))

    def _frame(self, rest: dict[str, Any]) -> bytes:
        return b"data: " + msgspec.json.encode({**self._head, **rest}) + b"\n\n"


async def send_stream(
    request: web.Request, chunks: Chunks, answer: Answer, call: Call, *, pace: float | None, failure: Failure | None
) -> web.StreamResponse:
    """`pace` is tokens per second, null for all at once. A client that goes away ends it, and is the call's outcome."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    try:
        await _send(request, response, chunks, answer, call, pace=pace, failure=failure)
    except ConnectionError:  # it may be noticed here before the server cancels this: to aiohttp it would be a bug
        if call.outcome == "in_flight":
            call.outcome = "client_closed"
    return response


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    chunks: Chunks,
    answer: Answer,
    call: Call,
    *,
    pace: float | None,
    failure: Failure | None,
) -> None:
    """Raises ConnectionError."""
    await response.prepare(request)
    frames = chunks.of(answer)
    await response.write(chunks.first())
    await _send_paced(response, frames[: len(frames) // 2] if failure else frames, pace, call)
    if failure is None:
        await response.write(chunks.last(answer))
        call.outcome = "ok"
    else:
        await _fail(request, response, failure, call)
    await response.write_eof()


async def _send_paced(response: web.StreamResponse, frames: list[bytes], pace: float | None, call: Call) -> None:
    """By the clock from the first token on, so that a late loop catches up instead of slowing down."""
    clock = asyncio.get_running_loop().time
    started = clock()
    while call.tokens < len(frames):
        due = len(frames) if pace is None else min(len(frames), int((clock() - started) * pace) + 1)
        if due > call.tokens:
            await response.write(b"".join(frames[call.tokens : due]))
            call.tokens = due
        else:
            await asyncio.sleep(started + due / (pace or 1) - clock())


async def _fail(request: web.Request, response: web.StreamResponse, failure: Failure, call: Call) -> None:
    call.outcome = failure.kind or "broken_stream"
    if failure.kind == "stream_error":
        body = msgspec.json.encode(error_body(mid_stream_error(failure)))
        await response.write(b"event: error\ndata: " + body + b"\n\n")
    elif failure.kind == "malformed_json":
        await response.write(b'data: {"choices": [{"delta": {"content": \n\n' + DONE)
    else:
        await asyncio.sleep(0)  # what was written goes out first
        cut(request)
