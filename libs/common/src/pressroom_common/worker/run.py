"""A run as its handler sees it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, TypeVar

from msgspec import Raw

from pressroom_common.contracts import JobError, Step, Usage
from pressroom_common.ids import uuid7
from pressroom_common.patience import patiently

from .errors import JobFailed, LostClaim
from .feed import Feed
from .records import Bill, CallOutcome, CallRecord, Checkpoint, RunRow

Handler = Callable[["Run"], Awaitable[Raw]]
"""Does the work of one kind of job; answers with the result's JSON. Raises JobFailed or Snoozed."""

Work = Callable[[], Awaitable[Raw]]
"""Of a step. Raises as a handler does."""
_NULL = b"null"
T = TypeVar("T")

Release = Literal[
    "lost",  # the claim is gone: another process, or a cancel, has the run
    "drain",  # the process stops: hand the run back
]


class Notebook(Protocol):
    """Where a run writes under its fence."""

    async def record_call(self, call: CallRecord) -> bool: ...

    async def checkpoint(self, step: Checkpoint, bills: Sequence[Bill]) -> bool: ...


class Call:
    """A paid call that was recorded and is about to be sent. Unless it is settled, its outcome is unknown."""

    def __init__(self, record: CallRecord) -> None:
        self.id = record.id
        """Sent to the provider as `X-Client-Request-Id`."""
        self._record = record
        self._outcome: CallOutcome = "unknown"
        self._usage = Usage(calls=1, unknown_calls=1)

    def settle(self, outcome: CallOutcome, usage: Usage) -> None:
        self._outcome = outcome
        self._usage = usage

    def bill(self) -> Bill:
        return Bill(
            id=self.id, job_id=self._record.job_id, step=self._record.step, outcome=self._outcome, usage=self._usage
        )


class Run:
    """One claim of one attempt. Everything it writes is fenced; LostClaim ends it."""

    def __init__(self, row: RunRow, input_: Raw, steps: Mapping[str, bytes], notebook: Notebook, feed: Feed) -> None:
        self.row = row
        self.input = input_
        self.feed = feed
        """For those who watch."""
        self.bills: list[Bill] = []
        """Of calls that ended since the last write."""
        self.failed: dict[str, Step] = {}
        """Steps that failed, by name, and so the run."""
        self.released: Release | None = None
        self._steps = steps
        self._notebook = notebook
        self._task: asyncio.Task[Raw] | None = None

    async def perform(self, handler: Handler) -> Raw:
        """The handler's result; CancelledError with `released` set when the run was taken away from it."""
        if self.released is not None:
            raise asyncio.CancelledError
        self._task = asyncio.ensure_future(handler(self))
        try:
            return await self._task
        finally:
            self._task.cancel()

    def release(self, why: Release) -> None:
        """Stop the handler where it stands, and close its calls."""
        if self.released is None:
            self.released = why
        if self._task is not None:
            self._task.cancel()

    @asynccontextmanager
    async def call(self, step: str, model: str) -> AsyncIterator[Call]:
        """Record a paid call before it is sent; its bill is written with the next step or the outcome."""
        row = self.row
        record = CallRecord(id=uuid7(), job_id=row.job_id, attempt=row.attempt, claim=row.claim, step=step, model=model)
        if not await patiently(lambda: self._notebook.record_call(record)):
            raise LostClaim
        call = Call(record)
        try:
            yield call
        finally:
            self.bills.append(call.bill())

    async def step(self, name: str, work: Work) -> Raw:
        """JSON of the step's result: the stored one, or else that of `work`, stored so that it is paid only once.

        Where `work` raises JobFailed, the job's steps tell it. A Part that failed is stored like a result: the run goes
        on without it.
        """
        stored = self._steps.get(name)
        if stored is not None:
            return Raw(stored)
        started = time.monotonic()
        try:
            result = await work()
        except JobFailed as failure:
            self.failed[name] = self._failed_step(name, time.monotonic() - started, failure.error)
            raise
        await self._keep(name, result, time.monotonic() - started)
        return result

    async def part(self, name: str, work: Work) -> Raw | None:
        """As `step`, for what the run can do without: None where it failed for good, which is stored as well."""
        stored = self._steps.get(name)
        if stored is not None:
            return Raw(stored) if stored != _NULL else None
        started = time.monotonic()
        try:
            result = await work()
        except JobFailed as failure:
            await self._keep(name, Raw(_NULL), time.monotonic() - started, failure.error)
            return None
        await self._keep(name, result, time.monotonic() - started)
        return result

    async def _keep(self, name: str, result: Raw, seconds: float, error: JobError | None = None) -> None:
        row = self.row
        bills = [bill for bill in self.bills if bill.step == name]
        checkpoint = Checkpoint(
            job_id=row.job_id,
            attempt=row.attempt,
            claim=row.claim,
            name=name,
            result=result,
            seconds=seconds,
            error=error,
        )
        if not await patiently(lambda: self._notebook.checkpoint(checkpoint, bills)):
            raise LostClaim
        self.bills = [bill for bill in self.bills if bill not in bills]

    def _failed_step(self, name: str, seconds: float, error: JobError) -> Step:
        ended = datetime.now(UTC)
        return Step(
            name=name,
            state="failed",
            attempt=self.row.attempt,
            started_at=ended - timedelta(seconds=seconds),
            ended_at=ended,
            error=error,
        )


async def together(works: Iterable[Callable[[], Awaitable[T]]], most: int) -> list[T]:
    """The results of all, in their order, at most so many at a time. The first that fails ends the others."""
    places = asyncio.Semaphore(most)
    failed = False

    async def one(work: Callable[[], Awaitable[T]]) -> T:
        nonlocal failed
        async with places:
            if failed:  # the place of the one that failed is free before the others are ended
                raise asyncio.CancelledError
            try:
                return await work()
            except BaseException:
                failed = True
                raise

    tasks = [asyncio.ensure_future(one(work)) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # their calls are closed, and counted
