"""When finished jobs go, whatever goes wrong on the way, with tables and a broker in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prometheus_client import Counter

from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_gateway.retention.records import ForgottenRun
from pressroom_gateway.retention.service import COMMAND_LIFE, STEP, AuditRetention, Retention


class JobsInMemory:
    """So many jobs that are old enough."""

    def __init__(self, old: int) -> None:
        self.old = old
        self.notes: dict[UUID, ForgottenRun] = {}
        self.asked: set[tuple[float, float]] = set()

    async def delete_hidden(self, published: float, limit: int) -> int:  # noqa: ARG002 - it is the port's
        return 0

    async def delete_old(self, ended: float, published: float, limit: int) -> int:
        self.asked.add((ended, published))
        gone = min(self.old, limit)
        self.old -= gone
        for run in (ForgottenRun(job_id=uuid4(), kind="generation.prompt", attempt=1, n=2) for _ in range(gone)):
            self.notes[run.job_id] = run
        return gone

    async def delete_empty_batches(self) -> int:
        return 0

    async def forgotten(self, limit: int) -> Sequence[ForgottenRun]:
        return list(self.notes.values())[:limit]

    async def told(self, job_ids: Sequence[UUID]) -> None:
        for job_id in job_ids:
            self.notes.pop(job_id, None)


class BrokerInMemory:
    """`away`: it cannot be reached. `mute`: it takes directives, but so many confirmations are lost."""

    def __init__(self) -> None:
        self.away = False
        self.mute = 0
        self.told: list[UUID] = []
        self.sizes: list[int] = []

    @property
    def ready(self) -> bool:
        return not self.away

    async def forget(self, runs: Sequence[ForgottenRun]) -> None:
        self.told += [run.job_id for run in runs]
        self.sizes.append(len(runs))
        if self.mute:
            self.mute -= 1
            raise Unavailable("the confirmation was lost")


@pytest.fixture
def deleted() -> Counter:
    return Metrics().counter("jobs_deleted_total", "")


async def test_all_that_is_old_goes_in_steps(deleted: Counter) -> None:
    jobs, broker = JobsInMemory(2 * STEP + 7), BrokerInMemory()
    await Retention(jobs, broker, deleted, seconds=100, pause=0).sweep()
    assert (jobs.old, jobs.notes, len(set(broker.told))) == (0, {}, 2 * STEP + 7)
    assert max(broker.sizes) == STEP
    assert deleted._value.get() == 2 * STEP + 7
    assert jobs.asked == {(100, COMMAND_LIFE)}


async def test_nothing_goes_while_the_broker_is_away(deleted: Counter) -> None:
    jobs, broker = JobsInMemory(3), BrokerInMemory()
    broker.away = True
    await Retention(jobs, broker, deleted, seconds=100, pause=0).sweep()
    assert (jobs.old, jobs.notes) == (3, {})


async def test_a_run_is_noted_until_its_service_was_surely_told(deleted: Counter) -> None:
    jobs, broker = JobsInMemory(3), BrokerInMemory()
    broker.mute = 2
    retention = Retention(jobs, broker, deleted, seconds=100, pause=0)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await retention.sweep()
        assert len(jobs.notes) == 3
    await retention.sweep()
    assert jobs.notes == {}
    assert sorted(broker.told) == sorted([*set(broker.told)] * 3)


async def test_no_more_is_deleted_while_services_cannot_be_told(deleted: Counter) -> None:
    jobs, broker = JobsInMemory(10 * STEP), BrokerInMemory()
    broker.mute = 5
    retention = Retention(jobs, broker, deleted, seconds=100, pause=0)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await retention.sweep()
    assert len(jobs.notes) == STEP


class CallsInMemory:
    """So many records that are old enough."""

    def __init__(self, old: int) -> None:
        self.old = old
        self.asked: list[datetime] = []

    async def delete_before(self, at: datetime, limit: int) -> int:
        self.asked.append(at)
        gone = min(self.old, limit)
        self.old -= gone
        return gone


async def test_old_records_of_calls_go_in_steps() -> None:
    calls = CallsInMemory(2 * STEP + 7)
    await AuditRetention(calls, seconds=100, pause=0).sweep()
    assert (calls.old, len(calls.asked)) == (0, 3)
    assert abs(datetime.now(UTC) - timedelta(seconds=100) - calls.asked[0]) < timedelta(seconds=5)


async def test_without_an_age_no_record_of_a_call_goes() -> None:
    calls = CallsInMemory(3)
    await AuditRetention(calls, seconds=0, pause=0).sweep()
    assert (calls.old, calls.asked) == (3, [])
