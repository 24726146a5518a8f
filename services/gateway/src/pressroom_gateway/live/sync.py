"""Generate now: the client waits for its job. No connection to the database is held meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pressroom_common.contracts import JobStatus
from pressroom_common.errors import Unavailable
from pressroom_gateway.ledger.answers import handed_over
from pressroom_gateway.ledger.records import JobView
from pressroom_gateway.problems import not_found

from .listener import Listener
from .measures import SyncMetrics
from .service import Live, Watch

TOO_LONG = "Generation is taking longer than expected. It goes on in the background."


_TRY_SECONDS = 2.0
"""Between two tries to hand a streamed job over; so long one may take, for the stream stands still meanwhile."""


class Jobs(Protocol):
    async def hand_over(self, job_id: UUID) -> JobStatus | None:
        """The client waits no longer; how the job stands, None where it was over before."""
        ...


@dataclass(frozen=True)
class SyncLimits:
    seconds: float = 60.0
    """The longest wait."""
    per_tenant: int = 5
    """Of this process."""
    in_all: int = 500


class SyncRequests:
    """The requests that wait at this gateway process."""

    def __init__(self, jobs: Jobs, live: Live, metrics: SyncMetrics, limits: SyncLimits) -> None:
        self._jobs = jobs
        self.live = live
        self._metrics = metrics
        self._limits = limits
        self._waiting: Counter[UUID] = Counter()

    def wait_seconds(self, wished: float | None) -> float:
        return self._limits.seconds if wished is None else min(wished, self._limits.seconds)

    @contextmanager
    def admitted(self, tenant_id: UUID) -> Iterator[str | None]:
        """A place among those that wait, for as long as the request lasts; or why there is none."""
        refusal = self._refusal(tenant_id)
        if refusal is not None:
            self._metrics.refused()
            yield refusal
            return
        self._waiting[tenant_id] += 1
        try:
            with self._metrics.waiting():
                yield None
        finally:
            self._waiting[tenant_id] -= 1
            if not self._waiting[tenant_id]:
                del self._waiting[tenant_id]

    def _refusal(self, tenant_id: UUID) -> str | None:
        if self._waiting[tenant_id] >= self._limits.per_tenant:
            return f"{self._limits.per_tenant} requests of the tenant wait here already."
        if self._waiting.total() >= self._limits.in_all:
            return f"{self._limits.in_all} requests wait here already."
        return None

    @contextmanager
    def wait(self, watch: Watch, seconds: float) -> Iterator["SyncWait"]:
        wait = SyncWait(self._jobs, self.live, self._metrics, watch, seconds)
        timer = asyncio.get_running_loop().call_later(seconds, watch.bell.set)
        watch.channel.waits += 1
        try:
            yield wait
        finally:
            watch.channel.waits -= 1
            timer.cancel()


class SyncWait:
    """One of them: until its job is over, its time is up, or its client goes."""

    def __init__(self, jobs: Jobs, live: Live, metrics: SyncMetrics, watch: Watch, seconds: float) -> None:
        self._jobs = jobs
        self._live = live
        self._metrics = metrics
        self._watch = watch
        self._started = asyncio.get_running_loop().time()
        self._seconds = seconds
        self._settled = False
        self._text_came = False
        self._try_at = 0.0

    async def result(self, tenant_id: UUID, leaving: asyncio.Task[None]) -> JobView | JobStatus:
        """The job once it is over; or how it stood when it was handed over."""
        channel, bell = self._watch
        while not (channel.over or channel.gone or self._time_is_up or leaving.done() or self._live.closing):
            await bell.wait()
            bell.clear()
        if channel.gone:
            raise not_found("job")
        try:
            status = None if channel.over else await self._leave()
        except Unavailable:  # the time says the same; an error would make the client ask for a second job
            status = channel.standing.job.status if channel.standing else "pending"
            self._metrics.ended(None)
        if status is not None:
            return status
        standing = channel.standing if channel.over else await self._live.standing(tenant_id, channel.job_id)
        assert standing is not None
        self._ended(standing.job)
        return standing.job

    def has_news(self, listener: Listener) -> bool:
        return self._time_is_up or (not self._text_came and listener.has_text)

    async def news(self, listener: Listener) -> bytes:
        """For a stream: the last word once the time is up; nothing before."""
        if not self._text_came and listener.has_text:
            self._text_came = True
            self._metrics.first_text.observe(asyncio.get_running_loop().time() - self._started)
        now = asyncio.get_running_loop().time()
        if not self._time_is_up or self._settled or now < self._try_at:
            return b""
        self._try_at = now + _TRY_SECONDS
        status = None
        with suppress(Unavailable, TimeoutError):  # the next time, then
            async with asyncio.timeout(_TRY_SECONDS):
                status = await self._hand_over()
        if status is None:  # over just now: the channel hears of it
            return b""
        answer = handed_over(self._watch.channel.job_id, status, TOO_LONG)
        return listener.handed_over(answer.model_dump_json().encode())

    async def end(self) -> None:
        """The stream is over, one way or another."""
        if self._settled:
            return
        standing = self._watch.channel.standing
        if standing is not None and standing.job.over:
            self._ended(standing.job)
        else:  # the client went, or we go; where it cannot be told, the time says the same
            with suppress(Unavailable):
                await self._leave()

    async def _leave(self) -> JobStatus | None:
        """Another request may wait for the same job: who has repeated a request that broke has a right to its error."""
        channel = self._watch.channel
        if channel.waits > 1 and not self._time_is_up and channel.standing is not None:
            return channel.standing.job.status
        return await self._hand_over()

    @property
    def _time_is_up(self) -> bool:
        return asyncio.get_running_loop().time() - self._started >= self._seconds

    async def _hand_over(self) -> JobStatus | None:
        status = await self._jobs.hand_over(self._watch.channel.job_id)
        if status is not None:
            self._settled = True
            self._metrics.ended(None)
        else:
            self._live.heard([self._watch.channel.job_id])
        return status

    def _ended(self, job: JobView) -> None:
        self._settled = True
        self._metrics.ended(job)
