"""Streamed answers, as the SDK sees them."""

import time

import aiohttp
import pytest
from aiohttp import web
from openai import AsyncOpenAI

from contract.fake_openai.control import PROMPT, Control, said
from pressroom_devstack.fake_openai import Scenario, create_app


async def test_stream_ends_with_a_chunk_of_usage_and_says_what_the_answer_says(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="m", messages=said(PROMPT))
    stream = await client.chat.completions.create(
        model="m", messages=said(PROMPT), stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_stream_without_usage_asked_for_has_none(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="m", messages=said(PROMPT), stream=True)
    assert [chunk async for chunk in stream if chunk.usage or not chunk.choices] == []


async def test_stream_helper_of_the_sdk_works(client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(model="m", messages=said(PROMPT)) as stream:
        events = [event.type async for event in stream]
        final = await stream.get_final_completion()
    assert "content.delta" in events
    assert events[-1] == "content.done"
    assert "steel water bottle" in (final.choices[0].message.content or "").lower()


async def test_stream_keeps_the_pace(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(latency_ms=100, tokens=20, tokens_per_second=50)
    started = time.monotonic()
    stream = await client.chat.completions.create(model="m", messages=said(PROMPT), stream=True)
    arrivals = [time.monotonic() - started async for chunk in stream if chunk.choices[0].delta.content]
    assert len(arrivals) == 20
    assert arrivals[0] >= 0.1
    assert 0.3 < arrivals[-1] - arrivals[0] < 2


async def test_answer_in_one_piece_takes_the_latency(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(latency_ms=150, tokens=20, tokens_per_second=1)
    started = time.monotonic()
    await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert 0.15 <= time.monotonic() - started < 2


async def test_client_that_goes_away_in_mid_stream_is_no_fault_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """A server that cancels nothing notices it when it writes: what else happens only now and then."""
    app = create_app(Scenario(latency_ms=0, tokens=200, tokens_per_second=200))
    runner = web.AppRunner(app, access_log=None, handler_cancellation=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as http:
            wish = {"model": "m", "messages": said(PROMPT), "stream": True}
            response = await http.post("/v1/chat/completions", json=wish)
            await response.content.readline()
            response.close()
            assert await Control(http).only_outcome() == "client_closed"
    finally:
        await runner.cleanup()
    assert [record.getMessage() for record in caplog.records if record.name == "aiohttp.server"] == []
