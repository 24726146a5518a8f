"""Which gateway processes follow which jobs here, and what they are told: one message at a time to each of them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from uuid import UUID
from weakref import WeakKeyDictionary

from pressroom_common.contracts import FollowJobs, LiveRun

from .feed import BEGINNING, Feed, Mark
from .records import Fence

Send = Callable[[str, Sequence[LiveRun]], Awaitable[None]]
"""To a gateway process. Never raises, never waits long: what is lost is asked for again."""

FIRST_LEASE = 10.0
"""Seconds that the follower whom a command names needs not say more."""
_PACE = 0.05
"""Seconds between messages to a gateway; the first words of a run go at once."""
_MOST_JOBS = 20_000
"""That are followed at a time: beyond them, new ones are not streamed."""


class Following:
    """Leases are kept for jobs that are not run here, too: they may come."""

    def __init__(self, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._leases: defaultdict[UUID, dict[str, float]] = defaultdict(dict)
        """By job and gateway: until when."""
        self._feeds: dict[UUID, Feed] = {}
        self._lines: dict[str, _Line] = {}

    def follow(self, message: FollowJobs) -> None:
        until = self._clock() + message.seconds
        for job_id in message.job_ids:
            self._lease(job_id, message.source, until)
        for job_id in message.anew:
            feed = self._feeds.get(job_id)
            if feed is not None:
                self._line(message.source).begin_anew(feed)

    def begin(self, fence: Fence, follower: str) -> Feed:
        """The feed of a run that was claimed here. `follower`: whom the command names; empty: nobody."""
        feed = self._feeds[fence.job_id] = Feed(fence, self._on_news)
        if follower:
            self._lease(fence.job_id, follower, self._clock() + FIRST_LEASE)
        feed.followed = fence.job_id in self._leases
        return feed

    def end(self, feed: Feed) -> None:
        """What is still to be told of it is told all the same."""
        if self._feeds.get(feed.job_id) is feed:
            del self._feeds[feed.job_id]

    def expire(self) -> None:
        """Let go of those whose lease is over: nobody watches there any more."""
        now = self._clock()
        for job_id, gateways in list(self._leases.items()):
            for gateway in [name for name, until in gateways.items() if until <= now]:
                del gateways[gateway]
            if not gateways:
                del self._leases[job_id]
                if (feed := self._feeds.get(job_id)) is not None:
                    feed.followed = False
        living = {gateway for gateways in self._leases.values() for gateway in gateways}
        for gateway in self._lines.keys() - living:
            del self._lines[gateway]

    def _lease(self, job_id: UUID, gateway: str, until: float) -> None:
        if job_id not in self._leases and len(self._leases) >= _MOST_JOBS:
            return
        self._leases[job_id][gateway] = until
        if (feed := self._feeds.get(job_id)) is not None:
            feed.followed = True

    def _on_news(self, feed: Feed) -> None:
        for gateway in self._leases.get(feed.job_id, ()):
            self._line(gateway).news(feed)

    def _line(self, gateway: str) -> "_Line":
        line = self._lines.get(gateway)
        if line is None:
            line = self._lines[gateway] = _Line(gateway, self._send)
        return line


class _Line:
    """What is new for one gateway. While a message is under way, the next one gathers: it is bounded by the runs."""

    def __init__(self, gateway: str, send: Send) -> None:
        self._gateway = gateway
        self._send = send
        self._news: dict[Feed, None] = {}
        self._told: WeakKeyDictionary[Feed, Mark] = WeakKeyDictionary()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def news(self, feed: Feed) -> None:
        if feed in self._news:
            return
        self._news[feed] = None
        if not self._mark(feed).offset:
            self._urgent.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def begin_anew(self, feed: Feed) -> None:
        self._told.pop(feed, None)
        self.news(feed)

    async def _run(self) -> None:
        try:
            while self._news:
                feeds, self._news = self._news, {}
                self._urgent.clear()
                await self._send(self._gateway, [self._since_told(feed) for feed in feeds])
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PACE):
                        await self._urgent.wait()
        finally:
            self._task = None

    def _since_told(self, feed: Feed) -> LiveRun:
        news, self._told[feed] = feed.since(self._mark(feed))
        return news

    def _mark(self, feed: Feed) -> Mark:
        return self._told.get(feed, BEGINNING)
