"""The dispatcher under everything at once: never over a cap, never two of a key, and in the end all are released."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from integration.ledger.books import Books, Replica
from integration.ledger.telling import answer
from pressroom_common.contracts import Lane, RunState, lane_queue
from pressroom_gateway.ledger.capacity import Limits, Scope
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.problems import Problem
from protocol.profile import examples

LIMITS = Limits(smallest_window=4, tenant_share=0.5, tenant_jobs=4)
WINDOW = LIMITS.window(0)
LANES: tuple[Lane, ...] = ("high", "default", "low")
KEYS = (None, None, "one")
HOLDS: tuple[tuple[Scope, str], ...] = (
    ("lane", "default"),
    ("lane", "low"),
    ("kind", "generation.prompt"),
    ("tenant", "0"),
    ("tenant", "1"),
)


class Step(NamedTuple):
    what: str
    pick: int
    flavour: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            (
                *("submit", "submit", "submit", "submit", "submit", "sweep", "sweep", "sweep", "end", "end", "end"),
                *("fail", "snooze", "run", "recalled", "cancel", "pause", "resume", "move", "later", "retry"),
                *("hold", "release", "lose", "time"),
            )
        ),
        st.integers(0, 30),
        st.integers(0, 11),
    ),
    min_size=10,
    max_size=50,
)


@dataclass
class Office:
    """Two gateways, two tenants, and workers that are the test's own."""

    books: Books
    gateways: tuple[Replica, Replica]
    jobs: list[UUID] = field(default_factory=list)
    moved: set[UUID] = field(default_factory=set)
    """Jobs that a person put into another lane, or forced out: those pass every window."""

    @property
    def tenants(self) -> tuple[UUID, UUID]:
        return self.books.tenant, self.books.other_tenant

    async def do(self, step: Step) -> None:
        gateway = self.gateways[step.flavour % 2]
        if step.what == "submit":
            for number in range(1 + step.pick % 4):
                await self.submit(gateway, step._replace(pick=step.pick + number))
        elif step.what == "sweep":
            await gateway.dispatcher.sweep()
        elif step.what in {"hold", "release"}:
            scope, name = HOLDS[step.pick % len(HOLDS)]
            name = str(self.tenants[int(name)]) if scope == "tenant" else name
            await (gateway.places.hold(scope, name, "key:x") if step.what == "hold" else self.release(scope, name))
        elif self.jobs:
            job = await self.books.job(self.jobs[step.pick % len(self.jobs)])
            try:
                await self.touch(gateway, step, job)
            except Problem as refused:
                if refused.status != 409:
                    raise
        await self.check()

    async def submit(self, gateway: Replica, step: Step) -> None:
        lane = LANES[step.pick % 3]
        made = await gateway.submit(
            self.tenants[step.flavour % 2],
            lane=lane,
            queue=lane_queue("generator", lane),
            concurrency_key=KEYS[step.flavour % len(KEYS)],
            run_at=datetime.now(UTC) + timedelta(hours=1) if step.pick % 7 == 0 else None,
        )
        self.jobs.append(made.id)

    async def touch(self, gateway: Replica, step: Step, job: Job) -> None:
        tenant = job.tenant_id
        match step.what:
            case "end" | "fail" | "snooze" | "run" | "recalled" if job.out and not job.over:
                await self.tell(gateway, step, job)
            case "cancel":
                await gateway.control.cancel(tenant, job.id)
            case "pause":
                await gateway.control.pause(tenant, job.id, "key:x")
            case "resume":
                await gateway.control.resume(tenant, job.id)
            case "move":
                moved = await gateway.control.move(tenant, job.id, LANES[step.flavour % 3], ())
                self.moved |= {job.id} if moved.out else set()
            case "later":
                await gateway.control.move(tenant, job.id, None, (datetime.now(UTC) + timedelta(minutes=9),))
            case "retry":
                tried = await gateway.control.try_again(tenant, job.id)
                self.moved |= {job.id} if tried.out else set()
            case "lose":  # the gateway died before it published: what it had committed is found again
                gateway.commands.runs.clear()
            case "time":
                await self.books.shift(job.id, 4000)

    async def tell(self, gateway: Replica, step: Step, job: Job) -> None:
        if step.what == "recalled" and (not job.recall or job.status == "processing"):
            return
        facts = {
            "snooze": {"not_before": datetime.now(UTC) + timedelta(minutes=5)},
            "recalled": {"cancelled_by": "recall"},
        }
        await gateway.ledger.fold([answer(job, STATES[step.what], **facts.get(step.what, {}))])

    async def release(self, scope: Scope, name: str) -> None:
        await self.gateways[0].places.release(scope, name)

    async def check(self) -> None:
        jobs = [await self.books.job(job_id) for job_id in self.jobs]
        taken = [job for job in jobs if job.place == "taken" and job.id not in self.moved]
        assert max(Counter(job.queue for job in taken).values(), default=0) <= WINDOW.size
        assert max(Counter((job.queue, job.tenant_id) for job in taken).values(), default=0) <= WINDOW.cap
        assert max(Counter(job.tenant_id for job in taken).values(), default=0) <= LIMITS.tenant_jobs
        keys = Counter((job.tenant_id, job.concurrency_key) for job in taken if job.concurrency_key)
        assert max(keys.values(), default=0) <= 1

    async def all_obstacles_go(self) -> int:
        """How many rounds it takes until everything is over, when every round ends what is out."""
        for scope, name in HOLDS:
            await self.release(scope, str(self.tenants[int(name)]) if scope == "tenant" else name)
        for job_id in self.jobs:
            await self.gateways[0].control.resume((await self.books.job(job_id)).tenant_id, job_id)
        for number in range(1, len(self.jobs) + 5):
            if not await self.end_what_is_out(self.gateways[number % 2]):
                return number
            await self.check()
        raise AssertionError("some jobs were never released")

    async def end_what_is_out(self, gateway: Replica) -> bool:
        """Whether anything is left."""
        jobs = [job for job_id in self.jobs if not (job := await self.books.job(job_id)).over]
        for job in jobs:
            await self.books.shift(job.id, 4000)
        await gateway.dispatcher.sweep()
        for before in jobs:
            job = await self.books.job(before.id)
            if job.place == "taken":
                state: RunState = "cancelled" if job.cancel_requested or job.recall else "completed"
                reason = job.cancel_requested or "recall"
                told = answer(job, state, cancelled_by=reason if state == "cancelled" else None)
                await gateway.ledger.fold([told])
        return bool(jobs)


STATES: dict[str, RunState] = {
    "end": "completed",
    "fail": "failed",
    "snooze": "snoozed",
    "run": "running",
    "recalled": "cancelled",
}


@examples(60)
@given(steps=STEPS)
async def test_no_cap_is_passed_and_everything_is_released_in_the_end(books: Books, steps: Sequence[Step]) -> None:
    await books.clear()
    async with books.replica("gateway-1", 3, LIMITS) as one, books.replica("gateway-2", 3, LIMITS) as other:
        office = Office(books, (one, other))
        for step in steps:
            await office.do(step)
        rounds = await office.all_obstacles_go()
        assert rounds <= len(office.jobs) + 4
        for job_id in office.jobs:
            await books.check_log(job_id)
