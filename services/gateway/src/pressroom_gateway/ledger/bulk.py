"""Jobs of all tenants, by filter: how many it would be, and then that it is done, a batch at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pressroom_common.contracts import TERMINAL, JobStatus
from pressroom_gateway.problems import conflict

from .control import JobControl
from .dispatch import request_cancel
from .job import Job
from .ports import Jobs
from .records import JobFilter
from .wishes import try_again

Action = Literal["retry", "cancel", "delete"]

MOST = 10_000
"""Jobs of one request. What remains is told, and is done by the same request again."""
_BATCH = 200
_LARGEST = 1_000
"""Jobs of one transaction, unless a single one has more that wait for it: those are of one batch, and bounded by it."""
_NONE = UUID(int=0)
_STATUSES: dict[Action, frozenset[JobStatus]] = {
    "retry": frozenset({"failed", "cancelled"}),
    "cancel": frozenset({"blocked", "scheduled", "pending", "processing", "retrying"}),
    "delete": TERMINAL,
}


@dataclass(frozen=True, slots=True)
class Done:
    matched: int
    """Jobs that the action fits, at the beginning."""
    done: int = 0


class BulkControl:
    def __init__(self, jobs: Jobs, control: JobControl) -> None:
        self._jobs = jobs
        self._control = control

    async def preview(self, action: Action, wanted: JobFilter) -> Done:
        return Done(await self._jobs.count(_fitting(action, wanted)))

    async def carry_out(self, action: Action, wanted: JobFilter) -> Done:
        """Each batch stands by itself: what was done stays done if a later one fails."""
        fitting = _fitting(action, wanted)
        matched, done, seen, last = await self._jobs.count(fitting), 0, 0, _NONE
        while seen < MOST:
            ids = await self._jobs.matching(fitting, last, _BATCH)
            if not ids:
                break
            first, together = await self._together(action, fitting, ids)
            last = first[-1]
            seen += len(together)
            done += await self._do(action, together)
        return Done(matched, done)

    async def delete(self, job_id: UUID) -> None:
        """Raises Problem unless it is over."""
        if not await self._jobs.hide([job_id]):
            raise conflict("The job is not over yet. Cancel it first.")

    async def _together(
        self, action: Action, fitting: JobFilter, ids: Sequence[UUID]
    ) -> tuple[Sequence[UUID], Sequence[UUID]]:
        """The first of these, and all that is done with them in one transaction.

        What waits for a job is cancelled with it: else it would fail because of it before it is its turn.
        """
        if action != "cancel":
            return ids, ids
        together = await self._jobs.matching_chains(fitting, ids)
        if len(together) > _LARGEST and len(ids) > 1:
            return await self._together(action, fitting, ids[: len(ids) // 2])
        return ids, together

    async def _do(self, action: Action, ids: Sequence[UUID]) -> int:
        if action == "delete":
            return await self._jobs.hide(ids)
        return await self._control.change_all(ids, _WISHES[action])


def _fitting(action: Action, wanted: JobFilter) -> JobFilter:
    """Only what the action can do something for."""
    statuses = _STATUSES[action]
    chosen = statuses.intersection(wanted.statuses) if wanted.statuses is not None else statuses
    return wanted.with_statuses(sorted(chosen))


_WISHES: dict[Action, Callable[[Job, datetime], Job]] = {
    "retry": try_again,
    "cancel": lambda job, now: request_cancel(job, "request", now),
}
