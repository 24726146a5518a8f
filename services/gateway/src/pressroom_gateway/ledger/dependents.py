"""Looks after jobs that depend on others, whenever one of those ends or begins anew."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import structlog
from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import Transition
from pressroom_common.errors import Unavailable

from .budget import Budget
from .dependencies import LONGEST_TEXT, TOO_LARGE, UNSETTLED, decided, filled, follows
from .fold import ended
from .job import Job, LogEntry
from .outbox import Outbox
from .policy import Policy
from .ports import Jobs, WaitingWork, Watchers, Work
from .transitions import settle, told

logger = structlog.get_logger()


class Dependents:
    """The transaction that ends a job marks it as unsettled where others wait for it. The mark is taken off once all of
    these were looked at, a piece at a time, unless the job has changed since.

    So a gateway that dies in between loses nothing, and any gateway goes on. Of two that settle two dependencies of one
    job, both lock the job, and read only then how its dependencies stand: the later of them sees both.
    """

    def __init__(
        self, jobs: Jobs, outbox: Outbox, policy: Policy, watchers: Watchers, batch: int, wake: Callable[[], None]
    ) -> None:
        """`batch`: marks of one turn, and jobs of one transaction. `wake` is the dispatcher's."""
        self._jobs = jobs
        self._outbox = outbox
        self._policy = policy
        self._watchers = watchers
        self._batch = batch
        self._wake = wake

    async def settle_all(self) -> None:
        """Also what ends by that, and what depends on those. Raises Unavailable."""
        while await self.settle():
            pass

    async def settle(self) -> bool:
        """One turn; whether there was anything to look at. Raises Unavailable."""
        marks = await self._jobs.unsettled(self._batch)
        if not marks:
            return False
        waiting = await self._jobs.waiting_for([mark.id for mark in marks])
        for start in range(0, len(waiting), self._batch):
            await self._look_at(waiting[start : start + self._batch])
        await self._jobs.settled(marks)
        return True

    async def _look_at(self, job_ids: Sequence[UUID]) -> None:
        """A piece that fails is bisected: what cannot be settled ends alone, and the others go on."""
        pieces = [job_ids]
        while pieces:
            piece = pieces.pop()
            try:
                left = await self._decide(piece)
            except Unavailable:
                raise
            except Exception as error:
                if len(piece) == 1:
                    logger.exception("a job that waits for others cannot be settled: it ends", job_id=str(piece[0]))
                    await self._give_up(piece[0])
                else:
                    logger.warning("some jobs that wait for others cannot be settled: bisected", error=repr(error))
                    middle = len(piece) // 2
                    pieces += (piece[middle:], piece[:middle])
            else:
                if left:
                    pieces.append(left)

    async def _decide(self, job_ids: Sequence[UUID]) -> Sequence[UUID]:
        """One transaction; those that it had no room for."""
        async with self._jobs.locked_waiting(job_ids) as work:
            after = {
                job.id: decided(job, work.needs[job.id], work.now) for job in work.jobs.values() if job.id in work.needs
            }
            released = [job.id for job in after.values() if not job.waits_on and work.jobs[job.id].waits_on]
            left = await self._fill(released, after, work) if released else []
            transitions = await self._write(after, work)
        self._tell(transitions)
        return left

    async def _fill(self, released: Sequence[UUID], after: dict[UUID, Job], work: WaitingWork) -> Sequence[UUID]:
        """What others made comes into the texts, as far as one transaction may carry it: the rest stays as it was.

        A text that would get too long ends its job, and is never made.
        """
        budget = Budget()
        fitting: list[UUID] = []
        left: list[UUID] = []
        for job_id, text in (await work.measured(released)).items():
            if text.length > LONGEST_TEXT:
                after[job_id] = replace(ended(after[job_id], "failed", TOO_LARGE, work.now), waits_on=1)
            elif budget.takes(text.size):
                fitting.append(job_id)
            else:
                left.append(job_id)
                del after[job_id]
        if fitting:
            await work.fill(await self._filled(fitting, work))
        return left

    async def _filled(self, job_ids: Sequence[UUID], work: WaitingWork) -> dict[UUID, Raw]:
        outputs = await work.outputs(job_ids)
        inputs = await work.inputs(list(outputs))
        return {job_id: filled(inputs[job_id], of_job) for job_id, of_job in outputs.items()}

    async def _give_up(self, job_id: UUID) -> None:
        """It can be tried again: then it is settled again, too."""
        async with self._jobs.locked([job_id]) as work:
            waiting = [job for job in work.jobs.values() if follows(job)]
            after = {job.id: ended(job, "failed", UNSETTLED, work.now) for job in waiting}
            transitions = await self._write(after, work)
        self._tell(transitions)

    async def _write(self, after: Mapping[UUID, Job], work: Work) -> Sequence[Transition]:
        """What changed."""
        changed: list[Job] = []
        entries: list[LogEntry] = []
        transitions: list[Transition] = []
        for before in work.jobs.values():
            if after.get(before.id, before) == before:
                continue
            job, entry = settle(before, after[before.id], self._policy, work.now, work.now)
            changed.append(job)
            if entry is not None:
                entries.append(entry)
                transitions.append(told(job, entry))
        if changed:
            await work.write(changed, entries)
        return transitions

    def _tell(self, transitions: Sequence[Transition]) -> None:
        if transitions:
            self._outbox.log_soon(transitions)
            self._watchers.changed([transition.job_id for transition in transitions])
            self._wake()
