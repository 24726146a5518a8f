"""A worker on fakes, and what it may be told to do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Raw

from pressroom_common.contracts import CancelJob, CancelReason, RunJob, RunState, Usage
from pressroom_common.ids import uuid7
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import Run
from pressroom_common.worker.measures import WorkerMetrics
from pressroom_common.worker.service import Worker
from protocol.fakes import FakeEvents, FakeRuns
from protocol.runs import EPOCH, RunTable, StoredRun

JOB = UUID(int=1)
TENANT = UUID(int=2)
KIND = "generation.prompt"
RESULT = Raw(b'{"content":"text"}')
USED = Usage(calls=1, output_tokens=7)


@dataclass
class Work:
    """A handler that buys one text, waits until it may go on, and notes that it was there."""

    begun: int = 0
    cut_off: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def __call__(self, run: Run) -> Raw:
        self.begun += 1
        try:
            async with run.call("text", "model") as call:
                self.reached.set()
                await self.may_go_on.wait()
                call.settle("answered", USED)
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        if self.error is not None:
            raise self.error
        return RESULT


def at_once() -> Work:
    """It does not wait."""
    work = Work()
    work.may_go_on.set()
    return work


@dataclass
class Shop:
    """One process: its worker and what it is made of."""

    table: RunTable
    work: Callable[[Run], Awaitable[Raw]]
    name: str = "generator-1"
    events: FakeEvents = field(default_factory=FakeEvents)

    def __post_init__(self) -> None:
        self.runs = FakeRuns(self.table, self.name)
        self.worker = Worker(self.runs, self.events, {KIND: self.work}, WorkerMetrics(Metrics()))

    @property
    def row(self) -> StoredRun:
        return self.table.rows[JOB]

    @property
    def told(self) -> list[RunState]:
        return [snapshot.state for snapshot in self.events.told]

    def command(self, **changes: Any) -> RunJob:
        fields: dict[str, Any] = {
            "id": uuid7(),
            "source": "gateway-1",
            "time": EPOCH,
            "tenant_id": TENANT,
            "job_id": JOB,
            "kind": KIND,
            "attempt": 1,
            "dispatch": 1,
            "input": Raw(b"{}"),
            "not_after": self.table.now + timedelta(hours=24),
        }
        return RunJob(**{**fields, **changes})

    def directive(self, reason: CancelReason = "request", attempt: int = 1) -> CancelJob:
        return CancelJob(
            id=uuid7(),
            source="gateway-1",
            time=EPOCH,
            tenant_id=TENANT,
            job_id=JOB,
            kind=KIND,
            attempt=attempt,
            dispatch=1,
            reason=reason,
        )

    def take(self, **changes: Any) -> asyncio.Task[None]:
        """A command is delivered; the task ends when it may be acked."""
        return asyncio.create_task(self.worker.run(self.command(**changes)))


async def soon(task: asyncio.Task[None]) -> None:
    """Wait for the task, but not for ever."""
    async with asyncio.timeout(10):
        await task


async def settled() -> None:
    """Let everybody do what he can do now."""
    for _ in range(50):
        await asyncio.sleep(0)
