"""Looks after jobs that depend on others, whenever one of those ends or begins anew."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import Transition

from .dependencies import TOO_LARGE, decided, filled
from .fold import ended
from .job import Job, LogEntry
from .outbox import Outbox
from .policy import Policy
from .ports import Jobs, UnsettledWork, Watchers
from .transitions import settle, told


class Dependents:
    """The transaction that ends a job marks it as unsettled where others wait for it; here the mark is taken off.

    So a gateway that dies in between loses nothing, and any gateway goes on. Of two that settle two dependencies of one
    job, both lock the job, and read only then how its dependencies stand: the later of them sees both.
    """

    def __init__(self, jobs: Jobs, outbox: Outbox, policy: Policy, watchers: Watchers, batch: int) -> None:
        """`batch`: jobs of one transaction, those that depend on them not counted."""
        self._jobs = jobs
        self._outbox = outbox
        self._policy = policy
        self._watchers = watchers
        self._batch = batch

    async def settle_all(self) -> None:
        """Also what ends by that, and what depends on those. Raises Unavailable."""
        while await self.settle():
            pass

    async def settle(self) -> bool:
        """One transaction; whether there was anything to look at."""
        changed: list[Job] = []
        entries: list[LogEntry] = []
        transitions: list[Transition] = []
        async with self._jobs.locked_unsettled(self._batch) as work:
            for before, after in await self._decide(work):
                job, entry = settle(before, after, self._policy, work.now, work.now)
                changed.append(job)
                if entry is not None:
                    entries.append(entry)
                    transitions.append(told(job, entry))
            if changed:
                await work.write(changed, entries)
        self._outbox.log_soon(transitions)
        self._watchers.changed([transition.job_id for transition in transitions])
        return bool(changed)

    async def _decide(self, work: UnsettledWork) -> Sequence[tuple[Job, Job]]:
        """What changed, before and after: at least the mark."""
        after = {
            job.id: replace(decided(job, work.needs.get(job.id, ()), work.now), unsettled=False)
            for job in work.jobs.values()
        }
        released = [job.id for job in work.jobs.values() if job.waits_on and not after[job.id].waits_on]
        if released:
            await self._fill(released, after, work)
        return [(job, after[job.id]) for job in work.jobs.values() if after[job.id] != job]

    async def _fill(self, released: Sequence[UUID], after: dict[UUID, Job], work: UnsettledWork) -> None:
        """What others made comes into the inputs. A text that gets too long ends its job."""
        inputs: dict[UUID, Raw] = {}
        for job_id, (input_, outputs) in (await work.outputs(released)).items():
            new = filled(input_, outputs)
            if new is not None:
                inputs[job_id] = new
            else:
                after[job_id] = replace(ended(after[job_id], "failed", TOO_LARGE, work.now), waits_on=1)
        if inputs:
            await work.fill(inputs)
