"""`/v1/batches`: many jobs, seen as one."""

# Written by libs/client/write_blocking.py: edit aio/batches.py instead.

import math
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from uuid import UUID

from pressroom_client.batch_following import BatchFollowing
from pressroom_client.batch_models import Batch, BatchChanged, BatchDetail, BatchGraph, BatchProgress
from pressroom_client.messages import Call, listed, path
from pressroom_client.models import Job
from pressroom_client.retries import Interrupted, Safety, Trouble

from .session import Session


class Batches:
    """Made by `generations.bulk`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, batch_id: UUID | str) -> BatchDetail:
        return self._session.ask(BatchDetail, Call("GET", path("batches", batch_id)))

    def list(self, *, limit: int | None = None) -> Iterator[Batch]:
        """Newest first; all, or `limit` of them."""
        return self._session.pages(Batch, path("batches"), {}, limit)

    def jobs(self, batch_id: UUID | str, *, statuses: Iterable[str] = (), limit: int | None = None) -> Iterator[Job]:
        """Newest first: the last item of the request comes first."""
        return self._session.pages(Job, path("batches", batch_id, "jobs"), {"status": listed(*statuses)}, limit)

    def graph(self, batch_id: UUID | str) -> BatchGraph:
        """What waits for what."""
        return self._session.ask(BatchGraph, Call("GET", path("batches", batch_id, "graph")))

    def cancel(self, batch_id: UUID | str) -> BatchChanged:
        """All its jobs that are not over; what a worker has ends when the worker answers."""
        return self._session.ask(BatchChanged, Call("POST", path("batches", batch_id, "cancel")))

    def retry_failed(self, batch_id: UUID | str) -> BatchChanged:
        """Its failed jobs; those that failed because of them follow by themselves."""
        call = Call("POST", path("batches", batch_id, "retry-failed"), safety=Safety.ONCE)
        return self._session.ask(BatchChanged, call)

    def wait(self, batch_id: UUID | str, *, timeout: float | None = None) -> BatchDetail:
        """Until all its jobs are over. After `timeout` seconds: PressroomError `timed_out`."""
        with closing(self.events(batch_id, timeout=timeout)) as events:
            for _ in events:
                pass
        return self.get(batch_id)

    def events(self, batch_id: UUID | str, *, timeout: float | None = None) -> Generator[BatchProgress, None, None]:
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
                with closing(self._connected(following, deadline)) as events:
                    yield from events
            except Interrupted as interruption:
                trouble = interruption.trouble
            now = self._session.clock()
            if following.over:
                continue
            if now >= deadline:
                raise following.timed_out(timeout or 0.0)
            tried = 1 if following.lively else tried + 1
            broken = trouble or following.broken_off(self._session.origin)
            self._session.pause(tried, broken, Safety.REPEATABLE, deadline - now)

    def _connected(self, following: BatchFollowing, deadline: float) -> Generator[BatchProgress, None, None]:
        call = following.call()
        seconds = min(call.seconds or math.inf, max(deadline - self._session.clock(), 0.1))
        with self._session.opened(replace(call, seconds=seconds)) as response:
            for chunk in response.iter_bytes():
                yield from following.feed(chunk)
                if following.over or self._session.clock() >= deadline:
                    return
