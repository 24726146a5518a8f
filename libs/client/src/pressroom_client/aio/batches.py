"""`/v1/batches`: many jobs, seen as one."""

import math
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import replace
from uuid import UUID

from pressroom_client.batch_following import BatchFollowing
from pressroom_client.batch_models import Batch, BatchChanged, BatchDetail, BatchGraph, BatchProgress
from pressroom_client.messages import Call, listed, path
from pressroom_client.models import Job
from pressroom_client.retries import Interrupted, Safety, Trouble

from .session import AsyncSession


class AsyncBatches:
    """Made by `generations.bulk`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, batch_id: UUID | str) -> BatchDetail:
        return await self._session.ask(BatchDetail, Call("GET", path("batches", batch_id)))

    def list(self, *, limit: int | None = None) -> AsyncIterator[Batch]:
        """Newest first; all, or `limit` of them."""
        return self._session.pages(Batch, path("batches"), {}, limit)

    def jobs(
        self, batch_id: UUID | str, *, statuses: Iterable[str] = (), limit: int | None = None
    ) -> AsyncIterator[Job]:
        """Newest first: the last item of the request comes first."""
        return self._session.pages(Job, path("batches", batch_id, "jobs"), {"status": listed(*statuses)}, limit)

    async def graph(self, batch_id: UUID | str) -> BatchGraph:
        """What waits for what."""
        return await self._session.ask(BatchGraph, Call("GET", path("batches", batch_id, "graph")))

    async def cancel(self, batch_id: UUID | str) -> BatchChanged:
        """All its jobs that are not over; what a worker has ends when the worker answers."""
        return await self._session.ask(BatchChanged, Call("POST", path("batches", batch_id, "cancel")))

    async def retry_failed(self, batch_id: UUID | str) -> BatchChanged:
        """Its failed jobs; those that failed because of them follow by themselves."""
        call = Call("POST", path("batches", batch_id, "retry-failed"), safety=Safety.ONCE)
        return await self._session.ask(BatchChanged, call)

    async def wait(self, batch_id: UUID | str, *, timeout: float | None = None) -> BatchDetail:
        """Until all its jobs are over. After `timeout` seconds: PressroomError `timed_out`."""
        async with aclosing(self.events(batch_id, timeout=timeout)) as events:
            async for _ in events:
                pass
        return await self.get(batch_id)

    async def events(
        self, batch_id: UUID | str, *, timeout: float | None = None
    ) -> AsyncGenerator[BatchProgress, None]:
        """How it stands, whenever that changes, until it is over; the last one says so.

        A connection that breaks, or is silent for 45 s, is replaced. `timeout`: seconds until PressroomError
        `timed_out`; it may come some 15 s later.
        """
        following = BatchFollowing(batch_id)
        deadline = min(self._session.ends, math.inf if timeout is None else self._session.clock() + timeout)
        tried = 0
        while not following.over:
            trouble: Trouble | None = None
            try:
                async with aclosing(self._connected(following, deadline)) as events:
                    async for event in events:
                        yield event
            except Interrupted as interruption:
                trouble = interruption.trouble
            now = self._session.clock()
            if following.over:
                continue
            if now >= deadline:
                raise following.timed_out(timeout or 0.0)
            tried = 1 if following.lively else tried + 1
            broken = trouble or following.broken_off(self._session.origin)
            await self._session.pause(tried, broken, Safety.REPEATABLE, deadline - now)

    async def _connected(self, following: BatchFollowing, deadline: float) -> AsyncGenerator[BatchProgress, None]:
        call = following.call()
        seconds = min(call.seconds or math.inf, max(deadline - self._session.clock(), 0.1))
        async with self._session.opened(replace(call, seconds=seconds)) as response:
            async for chunk in response.aiter_bytes():
                for event in following.feed(chunk):
                    yield event
                if following.over or self._session.clock() >= deadline:
                    return
