"""A stream of server-sent events to one client, from its first word to its last."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from pressroom_common.errors import Unavailable
from pressroom_gateway.accounts.authentication import Authenticator
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.problems import Problem

from .ending import Results
from .frames import BEAT, RETRY
from .listener import Listener
from .measures import LiveMetrics
from .records import Position
from .service import Live, Watch

EVENT_STREAM = "text/event-stream"
_TICK_SECONDS = 4.0
"""So soon a revoked key ends its streams."""
_ASK_SECONDS = 1.0
"""That the answer may take whether it was."""
_BEAT_SECONDS = 15.0
"""So long a client hears nothing at most."""
_PATIENCE_SECONDS = 30.0
"""A client that takes nothing for so long is given up."""
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # proxies pass on what comes as it comes
)
Header = tuple[bytes, bytes]


class Teller(Protocol):
    """What one client is told, however seldom it is asked."""

    ended: bool
    """Whether the last word was spoken."""

    def news(self, now: datetime) -> list[bytes]:
        """Frames; none where there is nothing new."""
        ...


class Process(Protocol):
    closing: bool
    """This gateway stops."""


class Wait(Protocol):
    """What ends a stream before its job does."""

    def has_news(self, listener: Listener) -> bool:
        """Whether to ask for them. This itself is asked at every word."""
        ...

    async def news(self, listener: Listener) -> bytes:
        """The last word, where the time has come; nothing before."""
        ...

    async def end(self) -> None:
        """The stream is over, one way or another."""
        ...


class Streams:
    """The streams that are open at this process."""

    def __init__(
        self,
        live: Live,
        authenticator: Authenticator,
        metrics: LiveMetrics,
        per_tenant: int,
        in_all: int,
        results: Results | None = None,
    ) -> None:
        """So many that follow jobs may be open: `per_tenant` and `in_all`."""
        self._live = live
        self._authenticator = authenticator
        self._metrics = metrics
        self._per_tenant = per_tenant
        self._in_all = in_all
        self._results = results or Results()
        self._open: Counter[UUID] = Counter()

    @contextmanager
    def place(self, tenant_id: UUID) -> Iterator[None]:
        """For as long as the stream lasts. Raises Problem 429."""
        if self._open[tenant_id] >= self._per_tenant or self._open.total() >= self._in_all:
            detail = "Too many streams are open here. Close some, or ask `/progress` every few seconds."
            raise Problem(429, "rate_limited", detail, headers={"Retry-After": "5"})
        self._open[tenant_id] += 1
        try:
            yield
        finally:
            self._open[tenant_id] -= 1
            if not self._open[tenant_id]:
                del self._open[tenant_id]

    def open(
        self,
        request: Request,
        watch: Watch,
        principal: Principal,
        resources: ExitStack,
        *,
        resume: Position | None = None,
        wait: Wait | None = None,
        headers: tuple[Header, ...] = (),
    ) -> "EventStream":
        """`resources` are let go at its end."""
        listener = Listener(watch.channel, lambda: self._live.estimates, self._metrics, resume, results=self._results)
        bound = None if wait is None else _BoundWait(wait, listener)
        return self.tell(request, watch.bell, listener, principal, resources, wait=bound, headers=headers)

    def tell(
        self,
        request: Request,
        bell: asyncio.Event,
        teller: Teller,
        principal: Principal,
        resources: ExitStack,
        *,
        wait: "_BoundWait | None" = None,
        headers: tuple[Header, ...] = (),
    ) -> "EventStream":
        """`bell` is set at every change. `resources` are let go at its end."""
        authorization = request.headers.get("authorization")

        async def may_go_on() -> bool:
            try:
                return (await self._authenticator.authenticate(authorization)).key_id == principal.key_id
            except Problem:
                return False
            except Unavailable:  # nobody can tell, nor revoke a key now
                return True

        return EventStream(self._live, bell, teller, resources, may_go_on, self._metrics, wait, headers)


class _BoundWait:
    """A wait, and the listener that it may give the last word."""

    def __init__(self, wait: Wait, listener: Listener) -> None:
        self._wait = wait
        self._listener = listener
        self.end = wait.end

    def has_news(self) -> bool:
        return self._wait.has_news(self._listener)

    async def news(self) -> bytes:
        return await self._wait.news(self._listener)


class EventStream(Response):
    def __init__(
        self,
        process: Process,
        bell: asyncio.Event,
        teller: Teller,
        resources: ExitStack,
        may_go_on: Callable[[], Awaitable[bool]],
        metrics: LiveMetrics,
        wait: _BoundWait | None,
        headers: tuple[Header, ...],
    ) -> None:
        super().__init__()
        self._process = process
        self._bell = bell
        self._teller = teller
        self._resources = resources
        self._may_go_on = may_go_on
        self._metrics = metrics
        self._wait = wait
        self._start = [*_HEADERS, *headers]
        self._written_at = time.monotonic()
        self._writing_since: float | None = None
        self._look_at = self._written_at + _TICK_SECONDS
        self._refused = False

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(gone(receive))
        leaving.add_done_callback(lambda _: self._bell.set())
        with self._resources, self._metrics.streams.track_inprogress():
            try:
                # In a task of its own: here, two dozen coroutines of the framework would be gone through at every word.
                await asyncio.create_task(self._stream(send, leaving))
            except TimeoutError:  # the server cuts an answer that was not finished
                self._metrics.cut.labels("slow").inc()
            finally:
                leaving.cancel()
                if self._wait is not None:
                    await self._wait.end()

    async def _stream(self, send: Send, leaving: asyncio.Task[None]) -> None:
        async with asyncio.timeout(None) as patience:
            ticking = asyncio.create_task(self._tick(patience))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": self._start})
                await self._write(send, RETRY)
                await self._tell(send, leaving)
                if not leaving.done():
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                ticking.cancel()

    async def _tell(self, send: Send, leaving: asyncio.Task[None]) -> None:
        """Until the last word, or until one of both goes."""
        while not leaving.done() and not self._process.closing:
            self._bell.clear()
            await self._write(send, b"".join(self._teller.news(datetime.now(UTC))))
            if self._wait is not None and not self._teller.ended and self._wait.has_news():
                await self._write(send, await self._wait.news())
            if self._teller.ended:
                return
            if time.monotonic() >= self._look_at and not await self._goes_on(send):
                return
            await self._bell.wait()

    async def _write(self, send: Send, body: bytes) -> None:
        if body:
            self._writing_since = self._written_at = time.monotonic()
            await send({"type": "http.response.body", "body": body, "more_body": True})
            self._writing_since = None

    async def _goes_on(self, send: Send) -> bool:
        """At every tick: whether the client may listen on. It shall not have to doubt that we are there."""
        now = time.monotonic()
        self._look_at = now + _TICK_SECONDS
        if self._refused:
            self._metrics.cut.labels("not_allowed").inc()
            return False
        if now - self._written_at >= _BEAT_SECONDS - 2 * _TICK_SECONDS:
            await self._write(send, BEAT)
        return True

    async def _tick(self, patience: asyncio.Timeout) -> None:
        """Writes have no timers of their own: those were a tenth of a stream's CPU."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            if self._writing_since is not None and time.monotonic() - self._writing_since >= _PATIENCE_SECONDS:
                patience.reschedule(0)
            with suppress(TimeoutError):  # a database that hangs shall not silence the stream
                async with asyncio.timeout(_ASK_SECONDS):
                    self._refused = not await self._may_go_on()
            self._look_at = 0
            self._bell.set()


async def gone(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
