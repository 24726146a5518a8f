"""A run as its handler sees it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Literal, Protocol

from msgspec import Raw

from pressroom_common.contracts import Usage
from pressroom_common.ids import uuid7
from pressroom_common.patience import patiently

from .errors import LostClaim
from .feed import Feed
from .records import Bill, CallOutcome, CallRecord, Checkpoint, RunRow

Handler = Callable[["Run"], Awaitable[Raw]]
"""Does the work of one kind of job; answers with the result's JSON. Raises JobFailed or Snoozed."""

Release = Literal[
    "lost",  # the claim is gone: another process, or a cancel, has the run
    "drain",  # the process stops: hand the run back
]


class Notebook(Protocol):
    """Where a run writes under its fence."""

    async def record_call(self, call: CallRecord) -> bool: ...

    async def checkpoint(self, step: Checkpoint, bills: list[Bill]) -> bool: ...


class Call:
    """A paid call that was recorded and is about to be sent. Unless it is settled, its outcome is unknown."""

    def __init__(self, record: CallRecord) -> None:
        self.id = record.id
        """Sent to the provider as `X-Client-Request-Id`."""
        self._job_id = record.job_id
        self._outcome: CallOutcome = "unknown"
        self._usage = Usage(calls=1, unknown_calls=1)

    def settle(self, outcome: CallOutcome, usage: Usage) -> None:
        self._outcome = outcome
        self._usage = usage

    def bill(self) -> Bill:
        return Bill(id=self.id, job_id=self._job_id, outcome=self._outcome, usage=self._usage)


class Run:
    """One claim of one attempt. Everything it writes is fenced; LostClaim ends it."""

    def __init__(self, row: RunRow, input_: Raw, steps: Mapping[str, bytes], notebook: Notebook, feed: Feed) -> None:
        self.row = row
        self.input = input_
        self.feed = feed
        """For those who watch."""
        self.bills: list[Bill] = []
        """Of calls that ended since the last write."""
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

    async def step(self, name: str, work: Callable[[], Awaitable[Raw]]) -> Raw:
        """JSON of the step's result: the stored one, or else that of `work`, stored so that it is paid only once."""
        stored = self._steps.get(name)
        if stored is not None:
            return Raw(stored)
        result = await work()
        bills, self.bills = self.bills, []
        row = self.row
        checkpoint = Checkpoint(job_id=row.job_id, attempt=row.attempt, claim=row.claim, name=name, result=result)
        if not await patiently(lambda: self._notebook.checkpoint(checkpoint, bills)):
            self.bills += bills
            raise LostClaim
        return result
