"""The channels of this gateway: who watches which job, what is heard of it, and what is asked for."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple
from uuid import UUID

from pressroom_common.batcher import Batcher
from pressroom_common.contracts import LiveRun, service_of
from pressroom_gateway.problems import not_found

from .channel import Channel
from .estimates import Estimates
from .measures import LiveMetrics
from .ports import Standings, Watching, Words
from .records import Standing

_CHANGED_PACE = 0.05
"""Seconds between words to the other gateways."""
_FIRST_WORDS_SECONDS = 0.5
"""A worker that lives answers within milliseconds."""
_POLLED_SECONDS = 10.0
"""So long a job is followed for who polled it: he comes again."""


class Watch(NamedTuple):
    """A channel, and the bell that rings when there is something new."""

    channel: Channel
    bell: asyncio.Event


class Live:
    """What it hears is transient: `look` and `follow`, called again and again, find what was lost."""

    def __init__(
        self,
        standings: Standings,
        words: Words,
        metrics: LiveMetrics,
        services: Collection[str],
        most: int,
        clock: Callable[[], float] = time.monotonic,
        first_words: float = _FIRST_WORDS_SECONDS,
    ) -> None:
        """`services` that run jobs. `most` channels are kept for pollers. `first_words`: seconds that who asks first
        waits for the worker's."""
        self._standings = standings
        self._words = words
        self._metrics = metrics
        self._services = services
        self._most = most
        self._clock = clock
        self._first_words = first_words
        self._channels: dict[UUID, Channel] = {}
        self._reads: Batcher[UUID, Standing | None] = Batcher(self._read, limit=500)
        self._changes: Batcher[UUID, None] = Batcher(self._tell_changes, limit=1000, pace=_CHANGED_PACE)
        self._follows: Batcher[UUID, None] = Batcher(self._follow_anew, limit=1000)
        self._others: list[Watching] = []
        self.estimates = Estimates()
        self.closing = False

    def changed(self, job_ids: Sequence[UUID]) -> None:
        """This gateway's ledger changed them: who watches here hears of it at once, the other gateways soon."""
        self.heard(job_ids)
        for job_id in job_ids:
            self._changes.put(job_id)

    def also_tell(self, other: Watching) -> None:
        """Who hears, too, which jobs were changed, and that this gateway stops."""
        self._others.append(other)

    def heard(self, job_ids: Collection[UUID]) -> None:
        """Some ledger changed them."""
        for other in self._others:
            other.heard(job_ids)
        for job_id in job_ids:
            if job_id in self._channels:
                self._reads.put(job_id)

    def told(self, runs: Sequence[LiveRun]) -> None:
        """A worker tells of runs that are followed here."""
        for run in runs:
            channel = self._channels.get(run.job_id)
            if channel is not None and not channel.hear(run):
                self._metrics.gaps.inc()
                self._follows.put(run.job_id)

    @contextmanager
    def watching(self, job_id: UUID) -> Iterator[Watch]:
        """A job whose end is waited for."""
        channel = self._open(job_id)
        try:
            with channel.bell() as bell:
                yield Watch(channel, bell)
        finally:
            self._close_unless_watched(channel)

    @contextmanager
    def listening(self, job_id: UUID, *, known: bool = False) -> Iterator[Watch]:
        """A job whose text is wanted. `known`: its worker hears of it by the command."""
        with self.watching(job_id) as watch:
            watch.channel.listeners += 1
            if not known:
                self._follows.put(job_id)
            try:
                yield watch
            finally:
                watch.channel.listeners -= 1

    def ask(self, job_id: UUID) -> None:
        """Have its text told to this gateway from the beginning."""
        self._follows.put(job_id)

    def close(self) -> None:
        """This gateway stops: nobody waits here any longer."""
        self.closing = True
        for other in self._others:
            other.close()
        for channel in self._channels.values():
            channel.ring()

    async def standing(self, tenant_id: UUID, job_id: UUID) -> Standing:
        """As it is now; whoever watches it learns of it, too. Raises Problem 404, and Unavailable."""
        found = await self._reads.submit(job_id)
        if found is None or found.tenant_id != tenant_id:
            raise not_found("job")
        return found

    async def polled(self, tenant_id: UUID, job_id: UUID) -> Channel:
        """From memory, where it was polled lately. Raises Problem 404, and Unavailable."""
        channel = self._channels.get(job_id)
        if channel is None or channel.standing is None:
            channel = Channel(job_id) if len(self._channels) >= self._most else self._open(job_id)
            channel.learn(await self.standing(tenant_id, job_id))
        assert channel.standing is not None
        if channel.standing.tenant_id != tenant_id:
            raise not_found("job")
        if not channel.polled_until and not channel.over and job_id in self._channels:
            self._follows.put(job_id)
            await _heard(channel, self._first_words)
        channel.polled_until = self._clock() + _POLLED_SECONDS
        return channel

    async def look(self) -> None:
        """What was changed unheard, in one query for all. Also what is over may be tried again, or deleted."""
        open_ = list(self._channels)
        if not open_:
            return
        versions = await self._standings.versions(open_)
        for job_id in open_:
            channel, version = self._channels.get(job_id), versions.get(job_id)
            if channel is None:
                continue
            if version is None:
                self._forget_unless_watched(channel)
            elif channel.standing is None or channel.standing.version < version:
                self._reads.put(job_id)

    async def follow(self) -> None:
        """Go on following, and ask anew for those whose worker was not heard of since the last time."""
        now = self._clock()
        for channel in list(self._channels.values()):
            if channel.polled_until <= now:
                self._close_unless_watched(channel)
        self._metrics.channels.set(len(self._channels))
        wanted = [each for each in self._channels.values() if _followed(each, now)]
        await self._say([each.job_id for each in wanted], [each.job_id for each in wanted if not each.heard])
        for channel in wanted:
            channel.heard = False

    async def estimate(self) -> None:
        """Look at how long jobs took lately."""
        self.estimates = Estimates(await self._standings.durations())

    async def _say(self, job_ids: Sequence[UUID], anew: Collection[UUID]) -> None:
        by_service: defaultdict[str, list[UUID]] = defaultdict(list)
        for job_id in job_ids:
            for service in self._services_of(job_id):
                by_service[service].append(job_id)
        asked = set(anew)
        for service, ids in by_service.items():
            await self._words.follow(service, ids, [job_id for job_id in ids if job_id in asked])

    def _services_of(self, job_id: UUID) -> Collection[str]:
        """Where it may run: anywhere, as long as its kind is not known."""
        channel = self._channels.get(job_id)
        if channel is None or channel.standing is None:
            return self._services
        return (service_of(channel.standing.job.kind),)

    async def _follow_anew(self, job_ids: Sequence[UUID]) -> list[None]:
        wanted = list(dict.fromkeys(job_ids))
        await self._say(wanted, wanted)
        return [None] * len(job_ids)

    async def _tell_changes(self, job_ids: Sequence[UUID]) -> list[None]:
        await self._words.changed(list(dict.fromkeys(job_ids)))
        return [None] * len(job_ids)

    async def _read(self, job_ids: Sequence[UUID]) -> list[Standing | None]:
        found = {each.job.id: each for each in await self._standings.standings(list(set(job_ids)))}
        for job_id in set(job_ids):
            channel, standing = self._channels.get(job_id), found.get(job_id)
            if channel is not None:
                self._take(channel, standing)
        return [found.get(job_id) for job_id in job_ids]

    def _take(self, channel: Channel, standing: Standing | None) -> None:
        """A job that goes back to the line may come to a worker that has not heard who follows it."""
        if standing is None:
            channel.lose()
            return
        worked = channel.working
        channel.learn(standing)
        if worked and not channel.working and channel.listeners and not channel.over:
            self._follows.put(channel.job_id)

    def _open(self, job_id: UUID) -> Channel:
        channel = self._channels.get(job_id)
        if channel is None:
            channel = self._channels[job_id] = Channel(job_id)
        return channel

    def _close_unless_watched(self, channel: Channel) -> None:
        if channel.polled_until <= self._clock():
            self._forget_unless_watched(channel)

    def _forget_unless_watched(self, channel: Channel) -> None:
        if not channel.watched:
            self._channels.pop(channel.job_id, None)


def _followed(channel: Channel, now: float) -> bool:
    return not channel.over and (channel.listeners > 0 or channel.polled_until > now)


async def _heard(channel: Channel, seconds: float) -> None:
    """Of the worker that has the job, if one has it; no longer than so."""
    with channel.bell() as bell, suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while channel.working and channel.stage is None:
                await bell.wait()
                bell.clear()
