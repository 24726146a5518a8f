"""A client that follows one job to its end, however often its connection breaks or it drops it itself."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from chaos.live.sse import Event, Malformed, Reader
from chaos.live.transcript import TEXTS, Transcript
from pressroom_common.ids import uuid7

AGAIN_SECONDS = 0.2
SILENCE_SECONDS = 30.0
"""Twice as long as a stream may be without a beat: the machine is busy."""
PATIENCE = 120.0
"""Seconds from the first connection to the end."""
_EVENT_STREAM = {"Accept": "text/event-stream"}


@dataclass(frozen=True)
class Cut:
    """Where a client drops its connection: after so many bytes, or seconds, whichever comes first."""

    octets: int
    seconds: float


Restlessness = Callable[[random.Random], Cut | None]
"""When the next connection is dropped; None: never."""


def never(_dice: random.Random) -> Cut | None:
    return None


def restless(dice: random.Random) -> Cut | None:
    """Often before the text has begun, and mostly in the middle of an event."""
    early = dice.random() < 0.2
    return Cut(dice.randrange(1, 900) if early else int(dice.expovariate(1 / 6_000)) + 1, dice.expovariate(1 / 4))


@dataclass
class Follow:
    """What became of it."""

    number: int
    by_post: bool
    """A stream of its own `POST /v1/generations`, at least at first."""
    transcript: Transcript = field(default_factory=Transcript)
    job_id: UUID | None = None
    origin: str = ""
    """Where it is connected now."""
    dropped: int = 0
    """Connections that it dropped itself,"""
    in_the_middle: int = 0
    """of an event;"""
    torn: int = 0
    """and those that broke."""
    resumed: int = 0
    """Connections with a Last-Event-ID."""
    answers: Counter[int] = field(default_factory=Counter)
    """Statuses of HTTP."""
    longest_wait: float = 0.0
    """Seconds between two pieces of its text."""
    faults: list[str] = field(default_factory=list)
    """Beside those of the transcript."""
    _text_at: float | None = None

    @property
    def outcome(self) -> str:
        end = self.transcript.end
        return end.name if end is not None else "no end"

    @property
    def in_mid_stream(self) -> bool:
        """Whether it has some text, and waits for more."""
        return bool(self.origin and self.transcript.text) and not self.transcript.over

    def hear(self, event: Event) -> None:
        self.transcript.hear(event)
        if event.name in TEXTS:
            now = time.monotonic()
            self.longest_wait = max(self.longest_wait, now - (self._text_at or now))
            self._text_at = now


class Follower:
    """`one_in`: so many connections again begin from nothing, without a Last-Event-ID."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        origins: Sequence[str],
        dice: random.Random,
        restlessness: Restlessness = never,
        one_in: int = 4,
    ) -> None:
        self._http = http
        self._origins = origins
        self._dice = dice
        self._restlessness = restlessness
        self._one_in = one_in

    async def to_its_end(self, follow: Follow, wish: dict[str, Any] | None = None, key: str | None = None) -> Follow:
        """`wish`: what a new job is asked for, where `follow` names none; and its idempotency key."""
        headers = {"Idempotency-Key": key or f"live-{uuid7().hex}"}
        deadline = time.monotonic() + PATIENCE
        while follow.transcript.end is None:
            if time.monotonic() > deadline:
                follow.faults.append(f"after {PATIENCE:g} s its job is not over")
                break
            with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                if follow.job_id is None:
                    await self._connect(follow, "POST", "/v1/generations", headers, wish)
                else:
                    await self._connect(follow, "GET", f"/v1/jobs/{follow.job_id}/events", self._place(follow))
            follow.origin = ""
            await asyncio.sleep(self._dice.uniform(0, AGAIN_SECONDS))
        return follow

    def _place(self, follow: Follow) -> dict[str, str]:
        last_id = follow.transcript.last_id
        return {"Last-Event-ID": last_id} if last_id and self._dice.randrange(self._one_in) else {}

    async def _connect(
        self, follow: Follow, method: str, path: str, headers: dict[str, str], wish: dict[str, Any] | None = None
    ) -> None:
        """Raises ClientConnectionError and ClientPayloadError where the connection cannot be made, or breaks."""
        origin = self._dice.choice(self._origins)
        async with self._http.request(method, origin + path, headers=_EVENT_STREAM | headers, json=wish) as answer:
            follow.answers[answer.status] += 1
            if answer.status != 200:
                if answer.status != 503:
                    follow.faults.append(f"{method} was answered with {answer.status}: {(await answer.text())[:300]}")
                return
            follow.job_id = follow.job_id or UUID(answer.headers["Location"].rpartition("/")[2])
            follow.origin = origin
            resuming = "Last-Event-ID" in headers
            follow.resumed += resuming
            follow.transcript.connected(resuming=resuming)
            await self._hear(follow, answer)

    async def _hear(self, follow: Follow, answer: aiohttp.ClientResponse) -> None:
        cut, reader = self._restlessness(self._dice), Reader()
        try:
            async with asyncio.timeout(cut.seconds if cut else None):
                dropped = await _read(follow, answer, reader, cut.octets if cut else None)
        except aiohttp.SocketTimeoutError:
            follow.faults.append(f"nothing was heard for {SILENCE_SECONDS:g} s")
            return
        except TimeoutError:
            dropped = True
        except aiohttp.ClientError:
            follow.torn += 1
            raise
        except Malformed as error:
            follow.faults.append(f"what came is no event: {error}")
            return
        follow.dropped += dropped
        follow.in_the_middle += dropped and reader.in_the_middle
        follow.transcript.parted(cleanly=not dropped)
        answer.close()


async def _read(follow: Follow, answer: aiohttp.ClientResponse, reader: Reader, most: int | None) -> bool:
    """False once the server has ended the stream; True after so many bytes."""
    heard = 0
    async for chunk in answer.content.iter_any():
        heard += len(chunk)
        surplus = max(0, heard - most) if most is not None else 0
        for event in reader.feed(chunk[: len(chunk) - surplus]):
            follow.hear(event)
        if surplus:
            return True
    return False


def session(key: str) -> aiohttp.ClientSession:
    """Of any number of connections, each for one stream."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=SILENCE_SECONDS)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    headers = {"Authorization": f"Bearer {key}"}
    return aiohttp.ClientSession(headers=headers, timeout=timeout, connector=connector, read_bufsize=2**20)
