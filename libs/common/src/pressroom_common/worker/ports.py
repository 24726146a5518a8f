"""What the kit needs from the world. Every method raises Unavailable; then it may or may not have been done."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pressroom_common.contracts import Control, FinishedRun, LiveRun, WorkerHeartbeat

from .records import Bill, CallRecord, Cancellation, Checkpoint, Claim, Fence, Outcome, RunRow


class Runs(Protocol):
    """The run tables. Batches answer in the order of what they were given; None: the fence does not stand."""

    async def claim(self, claims: Sequence[Claim]) -> Sequence[RunRow | None]:
        """Take what may be taken. A row that comes back as failed was claimed too often (`worker_lost`)."""
        ...

    async def abandon_calls(self, fence: Fence) -> RunRow | None:
        """Open calls of earlier claims have an unknown outcome: mark them and count them."""
        ...

    async def record_calls(self, calls: Sequence[CallRecord]) -> Sequence[bool]:
        """Record calls before they are sent, under the fence."""
        ...

    async def checkpoint(self, step: Checkpoint, bills: Sequence[Bill]) -> RunRow | None:
        """Store a step's result with the bills of its calls, under the fence; the row, which tells of it."""
        ...

    async def steps(self, job_id: UUID) -> dict[str, bytes]:
        """JSON of the stored results by the step's name."""
        ...

    async def conclude(self, ends: Sequence[tuple[Outcome, Sequence[Bill]]]) -> Sequence[RunRow | None]:
        """Write outcomes with their last bills, under the fence."""
        ...

    async def bill(self, bills: Sequence[Bill]) -> Sequence[RunRow]:
        """Settle calls without a fence: money that was spent counts, whoever holds the run now.

        A call whose outcome was given up as unknown counts as what it turns out to be.
        """
        ...

    async def read(self, job_ids: Sequence[UUID]) -> Sequence[RunRow | None]: ...

    async def cancel(self, cancellations: Sequence[Cancellation]) -> Sequence[RunRow | None]:
        """End attempts, or leave tombstones; None where the directive touches nothing."""
        ...

    async def forget(self, runs: Sequence[FinishedRun]) -> int:
        """Delete runs, with their steps and calls, where they are not beyond what is told; how many it were.

        Of kinds that keep something elsewhere it is noted in the same transaction: see `Belongings`.
        """
        ...

    async def renew(self, fences: Sequence[Fence]) -> tuple[set[UUID], Sequence[RunRow]]:
        """Renew leases: the jobs that are still held, and the rows that were orphaned and are won back."""
        ...

    async def sweep(self) -> Sequence[RunRow]:
        """Mark expired leases as orphaned; all orphaned runs, so that they are told again."""
        ...

    async def end_predecessor(self) -> Sequence[RunRow]:
        """End the leases of a dead process whose name this one bears."""
        ...

    async def ping(self) -> None: ...


class Belongings(Protocol):
    """Notes of forgotten runs of which the service may still keep something elsewhere."""

    async def belongings(self, after: UUID, limit: int) -> Sequence[UUID]:
        """So many jobs with a note, in the order of their ids, those after this one."""
        ...

    async def cleared(self, job_ids: Sequence[UUID]) -> None:
        """Nothing of these is left: strike the notes off."""
        ...


class Events(Protocol):
    async def tell(self, row: RunRow) -> None:
        """Publish the row's snapshot and wait until the broker confirmed."""
        ...

    def tell_soon(self, row: RunRow) -> None:
        """Nobody waits for this one; where it is lost, what comes after it heals."""
        ...

    async def beat(self, heartbeat: WorkerHeartbeat) -> None: ...

    async def control(self, message: Control) -> None:
        """To every process of this service; fast and unconfirmed, it never raises."""
        ...

    async def live(self, gateway: str, runs: Sequence[LiveRun]) -> None:
        """To one gateway process; fast and unconfirmed, it never raises."""
        ...
