"""Calls as a run makes them, and a provider that gives one answer, whatever it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from aiohttp import web

from pressroom_common.ids import uuid7
from pressroom_common.worker import Call
from pressroom_common.worker.records import CallRecord
from pressroom_generator.openai_client import OpenAIModel
from pressroom_generator.ports import Completion

DEADLINE = 20.0
"""Seconds of a call; no test waits for it."""
SHORT = 0.5
"""Seconds of a call that will not be answered."""
PROMPT = "Write a product text for a steel water bottle"


def new_call() -> Call:
    return Call(CallRecord(id=uuid7(), job_id=UUID(int=1), attempt=1, claim=1, step="text", model="gpt-5.4-mini"))


async def ask(
    model: OpenAIModel,
    call: Call | None = None,
    schema: dict[str, Any] | None = None,
    on_text: Callable[[str], None] | None = None,
    prompt: str = PROMPT,
) -> Completion:
    return await model.complete(call or new_call(), "gpt-5.4-mini", prompt, schema, on_text)


@asynccontextmanager
async def provider_of(body: bytes, status: int = 200, **headers: str) -> AsyncIterator[OpenAIModel]:
    """A client of a server whose every answer is this one."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **headers})

    async with _client_of(answer) as model:
        yield model


@asynccontextmanager
async def streaming_provider_of(
    *pieces: bytes, tarrying: float = 0, seen: list[Any] | None = None, compressed: bool = False
) -> AsyncIterator[OpenAIModel]:
    """A client of a server whose every stream comes in these pieces. It ends after `tarrying` seconds.

    `seen` gets the address that each call came from.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        if seen is not None:
            assert request.transport is not None
            seen.append(request.transport.get_extra_info("peername"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        if compressed:
            response.enable_compression(web.ContentCoding.gzip)
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0)
        await asyncio.sleep(tarrying)
        await response.write_eof()
        return response

    async with _client_of(answer) as model:
        yield model


@asynccontextmanager
async def _client_of(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[OpenAIModel]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model = OpenAIModel("sk-any", f"http://127.0.0.1:{runner.addresses[0][1]}/v1", DEADLINE)
    try:
        yield model
    finally:
        await model.close()
        await runner.cleanup()


@asynccontextmanager
async def server_of(said: bytes) -> AsyncIterator[OpenAIModel]:
    """A client of a server that reads a request, says this, whether it is HTTP or not, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    model = OpenAIModel("sk-any", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", DEADLINE)
    try:
        yield model
    finally:
        await model.close()
        server.close()
