"""Jobs that wait for one another, on PostgreSQL, under everything at once: failures, cancels, retries and pauses in any
order, snapshots told twice, two gateways, and gateways that die between an end and what follows from it.

Each job runs once in an attempt, and never before all that it depends on is completed; in the end everything is over,
and as its dependencies have it.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from integration.ledger.books import Books, Replica
from integration.ledger.graphs import graph, made
from integration.ledger.telling import answer
from pressroom_common.contracts import JobStatus, Snapshot
from pressroom_gateway.batches.records import standing
from pressroom_gateway.batches.repository import PostgresBatches
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.problems import Problem
from protocol.profile import examples

SKIPPED, FAILED = ("cancelled", "dependency_skipped"), ("failed", "dependency_failed")


class Step(NamedTuple):
    what: str
    pick: int
    gateway: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            (
                *("complete", "complete", "complete", "complete", "fail", "fail", "twice", "both", "again", "revive"),
                *("settle", "settle", "sweep", "sweep", "sweep", "cancel", "retry", "retry", "pause", "resume"),
            )
        ),
        st.integers(0, 30),
        st.integers(0, 1),
    ),
    min_size=5,
    max_size=30,
)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    """Each may depend on those before it; the last one often on all of them, which end one by one."""
    names = [f"j{number}" for number in range(draw(st.integers(2, 8)))]
    needs = {
        name: draw(st.lists(st.sampled_from(names[:number]), unique=True, max_size=3)) if number else []
        for number, name in enumerate(names)
    }
    return needs | ({names[-1]: names[:-1]} if draw(st.booleans()) else {})


@dataclass
class Office:
    """Two gateways, and workers that are the test's own."""

    books: Books
    gateways: tuple[Replica, Replica]
    batch_id: UUID
    needs: Mapping[str, Sequence[str]]
    ids: Mapping[str, UUID]
    skips: Collection[str]
    """Those that are skipped where what they depend on fails."""
    told: list[Snapshot] = field(default_factory=list)
    """All ends, in the order in which they came."""
    failed: set[tuple[UUID, int]] = field(default_factory=set)
    """By job and attempt: those that failed by themselves."""
    ran: Counter[tuple[UUID, int]] = field(default_factory=Counter)
    """By job and attempt."""
    heard: set[tuple[str, int]] = field(default_factory=set)
    """Commands that were looked at: by gateway and place."""

    async def jobs(self) -> dict[str, Job]:
        return {name: await self.books.job(job_id) for name, job_id in self.ids.items()}

    async def do(self, step: Step) -> None:
        gateway = self.gateways[step.gateway]
        jobs = await self.jobs()
        name = list(self.ids)[step.pick % len(self.ids)]
        job = jobs[name]
        try:
            await self.touch(gateway, step, job, jobs)
        except Problem as refused:
            if refused.status != 409:
                raise
        await self.check()

    async def touch(self, gateway: Replica, step: Step, job: Job, jobs: Mapping[str, Job]) -> None:
        match step.what:
            case "complete" | "fail" | "twice":
                await self.end_one(gateway, step, jobs)
            case "revive":
                await self.revive(gateway, step, jobs)
            case "again":
                await self.tell_again(gateway, step)
            case "both":
                await self.end_two(jobs)
            case "settle":
                await gateway.dependents.settle()
            case "sweep":
                await self.sweep(gateway)
            case "cancel":
                await gateway.control.cancel(job.tenant_id, job.id)
            case "retry":
                ended = [each for each in jobs.values() if each.status in {"failed", "cancelled"}] or [job]
                await gateway.control.try_again(job.tenant_id, ended[step.pick % len(ended)].id)
            case "pause":
                await gateway.control.pause(job.tenant_id, job.id, "key:x")
            case "resume":
                await gateway.control.resume(job.tenant_id, job.id)

    async def sweep(self, gateway: Replica) -> None:
        """What a wake does."""
        await gateway.dependents.settle_all()
        await gateway.dispatcher.sweep()

    async def end_one(self, gateway: Replica, step: Step, jobs: Mapping[str, Job]) -> Job | None:
        out = [job for job in jobs.values() if job.out and not job.over]
        if not out:
            return None
        job = out[step.pick % len(out)]
        told = self.ending(job, fails=step.what == "fail")
        await gateway.ledger.fold([told])
        if step.what == "twice":
            await asyncio.gather(*(each.ledger.fold([told]) for each in self.gateways))
        return job

    async def revive(self, gateway: Replica, step: Step, jobs: Mapping[str, Job]) -> None:
        """One fails, others follow it, and then it is tried again."""
        failed = await self.end_one(gateway, step._replace(what="fail"), jobs)
        if failed is not None:
            await gateway.dependents.settle_all()
            await gateway.control.try_again(failed.tenant_id, failed.id)

    async def tell_again(self, gateway: Replica, step: Step) -> None:
        """A copy of an old event, when all that followed from the first one may be done already."""
        if self.told:
            await gateway.ledger.fold([self.told[step.pick % len(self.told)]])
            await gateway.dependents.settle_all()

    async def end_two(self, jobs: Mapping[str, Job]) -> None:
        """At the same time, each at a gateway that looks after what follows."""

        async def end(gateway: Replica, job: Job) -> None:
            await gateway.ledger.fold([self.ending(job, fails=False)])
            await gateway.dependents.settle_all()

        out = [job for job in jobs.values() if job.out and not job.over][:2]
        await asyncio.gather(*(end(gateway, job) for gateway, job in zip(self.gateways, out, strict=False)))

    def ending(self, job: Job, *, fails: bool) -> Snapshot:
        if job.cancel_requested or job.recall:
            return answer(job, "cancelled", cancelled_by=job.cancel_requested or "recall")
        self.ran[job.id, job.attempt] += 1
        told = answer(job, "failed" if fails else "completed")
        if told.error is not None:
            self.failed.add((job.id, job.attempt))
            told = replace(told, error=replace(told.error, error_class="permanent"))
        self.told.append(told)
        return told

    async def check(self) -> None:
        """What must hold at every moment."""
        jobs = await self.jobs()
        for name, needs in self.needs.items():
            job = jobs[name]
            if job.waits_on:
                assert not job.out
                assert job.place is None
                assert job.status in {"blocked", "failed", "cancelled"}
            assert not needs or job.waits_on <= len(needs)
        assert max(self.ran.values(), default=0) <= 1
        self.check_commands(jobs)
        await self.check_counts(jobs)

    def check_commands(self, jobs: Mapping[str, Job]) -> None:
        """Nothing left before all that it depends on had been completed: as the log has it."""
        names = {job_id: name for name, job_id in self.ids.items()}
        for gateway in self.gateways:
            for place, command in enumerate(gateway.commands.runs):
                if (key := (str(id(gateway)), place)) in self.heard:
                    continue
                self.heard.add(key)
                needs = [jobs[need] for need in self.needs[names[command.job_id]]]
                assert all(self.completed_once(need) for need in needs), "it ran before what it depends on"

    def completed_once(self, job: Job) -> bool:
        return any(job_id == job.id and (job_id, attempt) not in self.failed for job_id, attempt in self.ran)

    async def check_counts(self, jobs: Mapping[str, Job]) -> None:
        counted = await PostgresBatches(self.books.database).counts([self.batch_id])
        counts = standing(len(self.ids), list(counted)).counts
        shown: dict[JobStatus, str] = {"scheduled": "pending", "retrying": "pending", "cancelling": "processing"}
        expected = Counter(shown.get(job.status, job.status) for job in jobs.values())
        found = {
            name: getattr(counts, name)
            for name in ("blocked", "pending", "processing", "completed", "failed", "cancelled")
        }
        assert {name: number for name, number in found.items() if number} == dict(expected)
        assert counts.deleted == 0

    async def finish(self) -> None:
        """All pauses go, and what is out ends well, one after the other: then everything is over."""
        for job_id in self.ids.values():
            await self.gateways[0].control.resume(self.books.tenant, job_id)
        for number in range(2 * len(self.ids) + 4):
            gateway = self.gateways[number % 2]
            await self.sweep(gateway)
            jobs = await self.jobs()
            if all(job.over for job in jobs.values()):
                return
            for job in jobs.values():
                if job.out and not job.over:
                    await gateway.ledger.fold([self.ending(job, fails=False)])
                    await gateway.dependents.settle_all()
                    await gateway.dispatcher.sweep()
                    self.check_commands(jobs)
                elif job.status in {"scheduled", "retrying"}:
                    await self.books.shift(job.id, 4000)
            await self.check()
        raise AssertionError(f"some jobs never ended: { {name: job.status for name, job in jobs.items()} }")

    async def judge(self) -> None:
        """Every end has its reason."""
        jobs = await self.jobs()
        for name, job in jobs.items():
            needs = [jobs[need] for need in self.needs[name]]
            code = job.error.code if job.error else ""
            if code in {"dependency_failed", "dependency_skipped"}:
                assert (job.status, code) == (SKIPPED if name in self.skips else FAILED)
                assert any(need.status in {"failed", "cancelled"} for need in needs)
                assert not self.ran[job.id, job.attempt]
            elif job.status == "completed":
                assert all(self.completed_once(need) for need in needs)
            elif job.status == "failed":
                assert (job.id, job.attempt) in self.failed
            assert not job.unsettled
            await self.books.check_log(job.id)


@examples(100)
@given(needs=graphs(), skips=st.sets(st.integers(0, 7)), steps=STEPS)
async def test_every_job_runs_once_after_what_it_depends_on_and_everything_ends(
    books: Books, needs: dict[str, list[str]], skips: set[int], steps: Sequence[Step]
) -> None:
    await books.clear()
    wishes = {name: {"on_failure": "skip"} for number, name in enumerate(needs) if number in skips}
    async with books.replica("gateway-1") as one, books.replica("gateway-2") as other:
        batch = graph(books.tenant, needs, **wishes)
        ids = {name: job.id for name, job in (await made(one, batch)).items()}
        office = Office(books, (one, other), batch.id, needs, ids, wishes)
        await office.check()
        for step in steps:
            await office.do(step)
        await office.finish()
        await office.judge()
