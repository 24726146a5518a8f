"""Many streams at once: what their clients saw, and what each process spent on it."""

import asyncio
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

import aiohttp
import msgspec

from bench.live.clients import Crowd, Target
from bench.live.metering import Meter, Spent
from bench.live.reading import Heard, digest_of, number_of

_BEGUN = 2.0
"""Seconds after the requests when every stream flows."""
_STEADY = 4.0
"""Seconds from there until the first ends."""
_CHECKED_AT_ONCE = 32


@dataclass(frozen=True)
class Pace:
    """Of the provider's streams."""

    latency_ms: float
    tokens: int
    per_second: float

    @property
    def ideal(self) -> float:
        """Seconds that a stream takes by itself."""
        return self.latency_ms / 1000 + self.tokens / self.per_second

    def due(self, called: float, token: int) -> float:
        """When the provider sends a token, the first being 0, of a call that reached it at that time."""
        return called + self.latency_ms / 1000 + token / self.per_second


@dataclass(frozen=True)
class Run:
    heard: Sequence[Heard]
    called: Mapping[int, float]
    """When each stream's call reached the provider, in seconds of the epoch."""
    whole: Spent
    """From the requests to the end of all streams, with what it costs to begin and to end them."""
    steady: Spent
    """While all of them flow."""


async def streamed(target: Target, streams: int, meter: Meter, provider: str) -> Run:
    crowd = await Crowd.gathered(target, streams)
    with _undisturbed():
        begun = meter.read(with_servers=True)
        steadily = asyncio.create_task(_steady(meter))
        await crowd.listen()
        whole = begun.to(meter.read(with_servers=True))
    return Run(crowd.heard(), await asyncio.to_thread(_called, provider, begun.at), whole, await steadily)


async def _steady(meter: Meter) -> Spent:
    await asyncio.sleep(_BEGUN)
    return await meter.over(_STEADY)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """The clients' memory only grows meanwhile: a collection would make them late, and find nothing."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _called(provider: str, since: float) -> dict[int, float]:
    with urlopen(f"{provider}/__fake__/calls?since={since}", timeout=30) as response:
        calls = msgspec.json.decode(response.read())
    return {number_of(call["prompt"]): call["time"] for call in calls}


async def unlike(target: Target, heard: Sequence[Heard]) -> int:
    """Streams whose text is not, character by character, the content that was stored."""
    turns = asyncio.Semaphore(_CHECKED_AT_ONCE)
    async with aiohttp.ClientSession(headers=target.headers) as http:

        async def is_unlike(each: Heard) -> bool:
            async with turns, http.get(f"{target.origin}{target.path}/{each.job_id}") as response:
                content = msgspec.json.decode(await response.read())["content"]
            return each.ending != "result" or digest_of(content or "") != each.digest

        return sum(await asyncio.gather(*map(is_unlike, heard)))
