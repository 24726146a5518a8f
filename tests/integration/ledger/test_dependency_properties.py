"""Jobs that wait for one another, on PostgreSQL, under everything at once: failures, cancels, retries, restarts, pauses
and deletions in any order, snapshots told twice, two gateways, and gateways that die between an end and what follows
from it.

Each job runs once in an attempt, is released at a moment when all that it depends on is completed, and runs with what
those made; in the end everything is over, and as its dependencies have it.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from integration.ledger.books import Books, Replica
from integration.ledger.graphs import graph, made
from integration.ledger.telling import answer
from pressroom_common.contracts import JobStatus, Snapshot
from pressroom_gateway.batches.records import standing
from pressroom_gateway.batches.repository import PostgresBatches
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.problems import Problem
from pressroom_gateway.retention.statements import DELETE_OLD
from protocol.profile import examples

MADE = Raw(b'{"content":"tea <j0>","model":"m"}')
"""With what could be a token of another one."""
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
                *("hide", "hide", "restart", "expire"),
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


def using(names: Sequence[str]) -> Raw:
    """An input with the tokens of what these jobs make."""
    return Raw(msgspec.json.encode({"prompt": "Use " + "".join(f"<{name}>" for name in names)}))


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
    waited: dict[str, bool] = field(default_factory=dict)
    """Whether they did when they were looked at last."""
    hidden: set[str] = field(default_factory=set)
    told: list[Snapshot] = field(default_factory=list)
    """All ends, in the order in which they came."""
    failed: set[tuple[UUID, int]] = field(default_factory=set)
    """By job and attempt: those that failed by themselves."""
    ran: Counter[tuple[UUID, int]] = field(default_factory=Counter)
    """By job and attempt."""
    heard: set[tuple[str, int]] = field(default_factory=set)
    """Commands that were looked at: by gateway and place."""

    async def jobs(self) -> dict[str, Job]:
        """Those that are not deleted."""
        found = {name: await self.gateways[0].jobs.read(job_id) for name, job_id in self.ids.items()}
        return {name: each[0] for name, each in found.items() if each is not None}

    async def do(self, step: Step) -> None:
        gateway = self.gateways[step.gateway]
        jobs = await self.jobs()
        if not jobs:
            return
        name = list(jobs)[step.pick % len(jobs)]
        try:
            await self.touch(gateway, step, name, jobs)
        except Problem as refused:
            if refused.status != 409:
                raise
        await self.check()

    async def touch(self, gateway: Replica, step: Step, name: str, jobs: Mapping[str, Job]) -> None:
        job = jobs[name]
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
            case "pause":
                await gateway.control.pause(job.tenant_id, job.id, "key:x")
            case "resume":
                await gateway.control.resume(job.tenant_id, job.id)
            case _:
                await self.touch_over(gateway, step, name, jobs)

    async def touch_over(self, gateway: Replica, step: Step, name: str, jobs: Mapping[str, Job]) -> None:
        """What is done to jobs that are over."""
        job = jobs[name]
        match step.what:
            case "retry":
                ended = [each for each in jobs.values() if each.status in {"failed", "cancelled"}] or [job]
                await gateway.control.try_again(job.tenant_id, ended[step.pick % len(ended)].id)
            case "restart":
                over = [each for each in jobs.values() if each.over] or [job]
                await gateway.control.restart(job.tenant_id, over[step.pick % len(over)].id, None)
            case "hide":
                if await gateway.jobs.hide([job.id]):
                    self.hidden.add(name)
            case "expire":
                await self.expire(job)

    async def expire(self, job: Job) -> None:
        """It is too old to be kept, if it is over."""
        await self.books.execute(
            "UPDATE jobs SET completed_at = completed_at - interval '1 year', published_at = published_at - interval "
            "'1 year' WHERE id = :id AND status IN ('completed', 'failed', 'cancelled')",
            id=job.id,
        )
        await self.books.database.fetch(DELETE_OLD, ended=86_400.0 * 30, published=86_400.0 * 2, limit=100)

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
        told = answer(job, "failed") if fails else answer(job, "completed", result=MADE)
        if told.error is not None:
            self.failed.add((job.id, job.attempt))
            told = replace(told, error=replace(told.error, error_class="permanent"))
        self.told.append(told)
        return told

    async def check(self) -> None:
        """What must hold at every moment."""
        jobs = await self.jobs()
        for name, job in jobs.items():
            needs = self.needs[name]
            if self.waited.get(name) and not job.waits_on:
                assert all(need in jobs and jobs[need].status == "completed" for need in needs), "released too early"
            self.waited[name] = job.waits_on > 0
            if job.waits_on:
                assert not job.out
                assert job.place is None
                assert job.status in {"blocked", "failed", "cancelled"}
            assert not needs or job.waits_on <= len(needs)
        assert max(self.ran.values(), default=0) <= 1
        self.check_commands()
        await self.check_counts(jobs)

    def check_commands(self) -> None:
        """Nothing left before all that it depends on had been completed, nor without what those made."""
        names = {job_id: name for name, job_id in self.ids.items()}
        for gateway in self.gateways:
            for place, command in enumerate(gateway.commands.runs):
                if (key := (str(id(gateway)), place)) in self.heard:
                    continue
                self.heard.add(key)
                needs = self.needs[names[command.job_id]]
                assert all(self.completed_once(need) for need in needs), "it ran before what it depends on"
                assert msgspec.json.decode(command.input)["prompt"] == "Use " + "tea <j0>" * len(needs)

    def completed_once(self, name: str) -> bool:
        ran = [attempt for job_id, attempt in self.ran if job_id == self.ids[name]]
        return any((self.ids[name], attempt) not in self.failed for attempt in ran)

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
        assert counts.deleted == len(self.ids) - len(jobs)

    async def finish(self) -> None:
        """All pauses go, and what is out ends well, one after the other: then everything is over."""
        for job in (await self.jobs()).values():
            await self.gateways[0].control.resume(self.books.tenant, job.id)
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
                    self.check_commands()
                elif job.status in {"scheduled", "retrying"}:
                    await self.books.shift(job.id, 4000)
            await self.check()
        raise AssertionError(f"some jobs never ended: { {name: job.status for name, job in jobs.items()} }")

    async def judge(self) -> None:
        """Every end has its reason."""
        jobs = await self.jobs()
        for name, job in jobs.items():
            needs = self.needs[name]
            code = job.error.code if job.error else ""
            if code in {"dependency_failed", "dependency_skipped"}:
                assert (job.status, code) == (SKIPPED if name in self.skips else FAILED)
                assert any(need not in jobs or jobs[need].status in {"failed", "cancelled"} for need in needs)
                assert job.error is None or self.hidden.isdisjoint(needs) or "was deleted" in job.error.detail
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
    skipped = {name for number, name in enumerate(needs) if number in skips}
    wishes = {
        name: {"on_failure": "skip" if name in skipped else "fail", "input": using(of_job)}
        for name, of_job in needs.items()
    }
    async with books.replica("gateway-1") as one, books.replica("gateway-2") as other:
        batch = graph(books.tenant, needs, **wishes)
        names = {job.id: job.name for job in batch.jobs}
        tokens = [replace(each, token=f"<{names[each.on_job_id]}>") for each in batch.dependencies]
        batch = replace(batch, dependencies=tokens)
        ids = {name: job.id for name, job in (await made(one, batch)).items()}
        office = Office(books, (one, other), batch.id, needs, ids, skipped)
        await office.check()
        for step in steps:
            await office.do(step)
        await office.finish()
        await office.judge()
