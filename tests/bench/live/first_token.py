"""How long the first words of a text take: through Pressroom, and with the SDK alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp
from openai import AsyncOpenAI

from bench.live.clients import Target
from bench.live.reading import prompt_of

CONCURRENT = 4
BLOCK = 40
"""Calls of one kind before those of the other: what drifts on the machine meets both."""
_MODEL = "gpt-5.4-mini"
Call = Callable[[int], Awaitable[float]]
"""Milliseconds to the first text of a stream, which is read to its end."""


class FirstTokens:
    """Milliseconds of each call."""

    def __init__(self) -> None:
        self.through: list[float] = []
        self.direct: list[float] = []


async def first_tokens(target: Target, provider: str, calls: int) -> FirstTokens:
    """So many of each kind, in alternating blocks, after one block of each that does not count."""
    found = FirstTokens()
    async with (
        aiohttp.ClientSession(headers={**target.headers, "Accept": "text/event-stream"}) as http,
        AsyncOpenAI(api_key="sk-bench", base_url=f"{provider}/v1", max_retries=0) as client,
    ):
        kinds = (_through(http, target), found.through), (_direct(client), found.direct)
        for call, _ in kinds:
            await _block(call, 0)
        for first in range(BLOCK, BLOCK + calls, BLOCK):
            for call, times in kinds:
                times.extend(await _block(call, first))
    return found


async def _block(call: Call, first: int) -> list[float]:
    numbers = iter(range(first, first + BLOCK))
    times: list[float] = []

    async def client() -> None:
        for number in numbers:
            times.append(await call(number))  # noqa: PERF401 - others take numbers meanwhile

    await asyncio.gather(*(client() for _ in range(CONCURRENT)))
    return times


def _through(http: aiohttp.ClientSession, target: Target) -> Call:
    async def call(number: int) -> float:
        body = {"prompt": prompt_of(number), "execution_mode": "sync"}
        heard, first, began = b"", 0.0, time.perf_counter()
        async with http.post(f"{target.origin}{target.path}", json=body) as response:
            async for data in response.content.iter_any():
                heard += data
                if not first and b"event: delta\n" in heard:
                    first = time.perf_counter()
        if not first or b"event: result\n" not in heard:
            raise SystemExit(f"a stream brought no text: {heard.decode()}")
        return (first - began) * 1000

    return call


def _direct(client: AsyncOpenAI) -> Call:
    async def call(number: int) -> float:
        first, began = 0.0, time.perf_counter()
        stream = await client.chat.completions.create(
            model=_MODEL, messages=[{"role": "user", "content": prompt_of(number)}], stream=True
        )
        async for chunk in stream:
            if not first and chunk.choices and chunk.choices[0].delta.content:
                first = time.perf_counter()
        return (first - began) * 1000

    return call
