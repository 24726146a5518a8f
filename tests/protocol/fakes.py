"""The worker kit's ports by hand: run tables in memory, and events that are kept. The real ones pass the same tests."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar
from uuid import UUID

from pressroom_common.contracts import Control, FinishedRun, LiveRun, Snapshot, WorkerHeartbeat
from pressroom_common.errors import Unavailable
from pressroom_common.worker.records import (
    Bill,
    CallRecord,
    Cancellation,
    Checkpoint,
    Claim,
    Fence,
    Outcome,
    RunRow,
)
from protocol.runs import RunTable

Fault = Literal[
    "before",  # the database is away: it was not done
    "after",  # it was done, but nobody heard of it
]
T = TypeVar("T")


class FakeRuns:
    """`Runs` of one process. Several share a table; `fail` makes the next use of an operation go wrong."""

    def __init__(self, table: RunTable, holder: str = "generator-1") -> None:
        self.table = table
        self._holder = holder
        self._faults: list[tuple[str, Fault]] = []

    def fail(self, operation: str, *faults: Fault) -> None:
        self._faults += [(operation, fault) for fault in faults]

    async def claim(self, claims: Sequence[Claim]) -> list[RunRow | None]:
        chosen = _one_per_job(claims)
        return await self._do(
            "claim",
            lambda: [self.table.claim(wish, self._holder) if chosen[wish.job_id] is wish else None for wish in claims],
        )

    async def abandon_calls(self, fence: Fence) -> RunRow | None:
        return await self._do("abandon_calls", lambda: self.table.abandon_calls(fence))

    async def record_calls(self, calls: Sequence[CallRecord]) -> list[bool]:
        return await self._do("record_calls", lambda: [self.table.record_call(call) for call in calls])

    async def checkpoint(self, step: Checkpoint, bills: Sequence[Bill]) -> RunRow | None:
        return await self._do("checkpoint", lambda: self.table.checkpoint(step, list(bills)))

    async def steps(self, job_id: UUID) -> dict[str, bytes]:
        return await self._do("steps", lambda: self.table.steps(job_id))

    async def conclude(self, ends: Sequence[tuple[Outcome, Sequence[Bill]]]) -> list[RunRow | None]:
        return await self._do(
            "conclude", lambda: [self.table.conclude(outcome, list(bills)) for outcome, bills in ends]
        )

    async def bill(self, bills: Sequence[Bill]) -> list[RunRow]:
        by_job: dict[UUID, list[Bill]] = {}
        for bill in bills:
            by_job.setdefault(bill.job_id, []).append(bill)
        return await self._do(
            "bill", lambda: [row for owed in by_job.values() if (row := self.table.bill(owed)) is not None]
        )

    async def read(self, job_ids: Sequence[UUID]) -> list[RunRow | None]:
        return await self._do("read", lambda: [self.table.rows.get(job_id) for job_id in job_ids])

    async def cancel(self, cancellations: Sequence[Cancellation]) -> list[RunRow | None]:
        chosen = _one_per_job(cancellations)
        return await self._do(
            "cancel",
            lambda: [self.table.cancel(wish) if chosen[wish.job_id] is wish else None for wish in cancellations],
        )

    async def forget(self, runs: Sequence[FinishedRun]) -> int:
        return await self._do("forget", lambda: sum(self.table.forget(run) for run in runs))

    async def renew(self, fences: Sequence[Fence]) -> tuple[set[UUID], list[RunRow]]:
        answers = await self._do("renew", lambda: [(fence.job_id, *self.table.renew(fence)) for fence in fences])
        return {job for job, held, _ in answers if held}, [row for _, _, row in answers if row is not None]

    async def sweep(self) -> list[RunRow]:
        return await self._do("sweep", lambda: list[RunRow](self.table.sweep()))

    async def end_predecessor(self) -> list[RunRow]:
        return await self._do("end_predecessor", lambda: list[RunRow](self.table.end_predecessor(self._holder)))

    async def ping(self) -> None:
        await self._do("ping", lambda: None)

    async def _do(self, operation: str, transaction: Callable[[], T]) -> T:
        await asyncio.sleep(0)  # the way to a database takes a moment
        fault = self._next_fault(operation)
        if fault == "before":
            raise Unavailable("the database is away")
        answer = transaction()
        await asyncio.sleep(0)
        if fault == "after":
            raise Unavailable("the answer was lost")
        return answer

    def _next_fault(self, operation: str) -> Fault | None:
        for place, (name, fault) in enumerate(self._faults):
            if name == operation:
                del self._faults[place]
                return fault
        return None


class FakeEvents:
    """`Events` that are kept. `away`: the broker cannot be reached."""

    def __init__(self) -> None:
        self.away = False
        self.told: list[Snapshot] = []
        self.beats: list[WorkerHeartbeat] = []
        self.live_runs: list[tuple[str, LiveRun]] = []
        """What was told live, and to whom."""
        self.controls: list[Control] = []

    async def tell(self, row: RunRow) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("the broker is away")
        self.told.append(row.snapshot())

    def tell_soon(self, row: RunRow) -> None:
        if not self.away:
            self.told.append(row.snapshot())

    async def beat(self, heartbeat: WorkerHeartbeat) -> None:
        if self.away:
            raise Unavailable("the broker is away")
        self.beats.append(heartbeat)

    async def control(self, message: Control) -> None:
        if not self.away:
            self.controls.append(message)

    async def live(self, gateway: str, runs: Sequence[LiveRun]) -> None:
        if not self.away:
            self.live_runs += [(gateway, run) for run in runs]


Wish = TypeVar("Wish", Claim, Cancellation)


def _one_per_job(wishes: Sequence[Wish]) -> dict[UUID, Wish]:
    """Of several for a job, the first of the highest attempt."""
    chosen: dict[UUID, Wish] = {}
    for wish in wishes:
        if wish.job_id not in chosen or wish.attempt > chosen[wish.job_id].attempt:
            chosen[wish.job_id] = wish
    return chosen
