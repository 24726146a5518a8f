"""Who may wait for his job, for how long, and what becomes of him."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from pressroom_common.contracts import JobError, JobStatus
from pressroom_common.errors import Unavailable
from pressroom_gateway.live import sync as module
from pressroom_gateway.live.measures import SyncMetrics
from pressroom_gateway.live.service import Watch
from pressroom_gateway.live.sync import SyncLimits, SyncRequests, SyncWait
from pressroom_gateway.live.sync_http import wait_of
from pressroom_gateway.problems import Problem
from unit.live.desks import Desk
from unit.live.reading import parsed
from unit.live.watched import JOB, NOW, STRANGER, TENANT, completed, listener, standing, words
from unit.worker.workshop import settled

LONG = 60.0
FAILED = JobError(code="provider_failed", detail="It broke.", error_class="transient")


@dataclass
class Jobs:
    """The ledger as far as waiting needs it: `status` of the job as long as it is not over."""

    status: JobStatus | None = "processing"
    away: bool = False
    handed_over: int = 0

    async def hand_over(self, job_id: UUID) -> JobStatus | None:
        assert job_id == JOB
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("the database is away")
        self.handed_over += 1
        return self.status


@dataclass
class Desks:
    """A gateway at which clients wait."""

    limits: SyncLimits = field(default_factory=SyncLimits)
    jobs: Jobs = field(default_factory=Jobs)
    desk: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self.requests = SyncRequests(self.jobs, self.desk.live, SyncMetrics(self.desk.metrics), self.limits)
        self.client = asyncio.get_running_loop().create_future()
        """Is done when the client has gone."""

    @contextmanager
    def waiting(self, seconds: float = LONG) -> Iterator[tuple[Watch, SyncWait]]:
        with self.desk.live.watching(JOB) as watch, self.requests.wait(watch, seconds) as wait:
            yield watch, wait

    def outcomes(self) -> dict[str, float]:
        told = self.desk.metrics.registry.collect()
        return {
            sample.labels["outcome"]: sample.value
            for metric in told
            if metric.name == "pressroom_sync_requests"
            for sample in metric.samples
            if sample.name.endswith("_total")
        }


@pytest.fixture
async def desks() -> Desks:
    return Desks()


async def nobody_leaves() -> None:
    await asyncio.Event().wait()


async def result_of(desks: Desks, wait: SyncWait, leaving: asyncio.Task[None] | None = None) -> object:
    task = leaving or asyncio.create_task(nobody_leaves())
    try:
        async with asyncio.timeout(10):
            return await wait.result(TENANT, task)
    finally:
        task.cancel()


async def test_who_waits_gets_the_job_when_it_is_over(desks: Desks) -> None:
    done = desks.desk.ledger.put(completed("Tea"))
    with desks.waiting() as (_, wait):
        desks.desk.live.heard([JOB])
        assert await result_of(desks, wait) is done.job
    assert (desks.jobs.handed_over, desks.outcomes()) == (0, {"completed": 1})


async def test_what_is_heard_of_a_job_that_goes_on_ends_no_wait(desks: Desks) -> None:
    desks.desk.has()
    with desks.waiting() as (_, wait):
        task = asyncio.create_task(result_of(desks, wait))
        for _ in range(3):
            desks.desk.live.heard([JOB])
            desks.desk.live.told([words("Tea")])
            await settled()
        assert not task.done()
        done = desks.desk.ledger.put(completed("Tea"))
        desks.desk.live.heard([JOB])
        assert await task is done.job


async def test_when_the_time_is_up_the_job_is_handed_over(desks: Desks) -> None:
    desks.desk.has()
    with desks.waiting(0.05) as (_, wait):
        assert await result_of(desks, wait) == "processing"
    assert (desks.jobs.handed_over, desks.outcomes()) == (1, {"handed_over": 1})


async def test_who_cannot_be_handed_over_is_told_so_all_the_same_lest_he_asks_for_a_second_job(desks: Desks) -> None:
    desks.jobs.away = True
    with desks.waiting(0.05) as (watch, wait):
        assert await result_of(desks, wait) == "pending"
        watch.channel.learn(standing())
        assert await result_of(desks, wait) == "processing"
    assert desks.outcomes() == {"handed_over": 2}


async def test_a_job_that_ended_as_the_time_was_up_is_answered(desks: Desks) -> None:
    desks.jobs.status = None
    done = desks.desk.ledger.put(completed("Tea"))
    with desks.waiting(0.0) as (_, wait):
        assert await result_of(desks, wait) is done.job
    assert desks.outcomes() == {"completed": 1}


@pytest.mark.parametrize("why", ["the client goes", "the gateway stops"])
async def test_who_waits_no_longer_has_his_job_handed_over(desks: Desks, why: str) -> None:
    desks.desk.has()
    with desks.waiting() as (watch, wait):
        gone = asyncio.Event()
        leaving: asyncio.Task[None] = asyncio.create_task(_when(gone))
        leaving.add_done_callback(lambda _: watch.bell.set())
        task = asyncio.create_task(result_of(desks, wait, leaving))
        await settled()
        if why == "the client goes":
            gone.set()
        else:
            desks.desk.live.close()
        assert await task == "processing"
    assert desks.jobs.handed_over == 1


async def _when(event: asyncio.Event) -> None:
    await event.wait()


# In a stream


async def test_a_stream_is_told_nothing_before_the_time_is_up(desks: Desks) -> None:
    desks.desk.has()
    with desks.waiting() as (watch, wait):
        assert await wait.news(listener(watch.channel)) == b""
    assert desks.jobs.handed_over == 0


async def test_the_last_word_of_a_stream_whose_time_is_up_is_the_hand_over(desks: Desks) -> None:
    with desks.waiting(0.0) as (watch, wait):
        watch.channel.learn(standing())
        telling = listener(watch.channel)
        told = parsed(await wait.news(telling))
        assert (told.name, told.data["id"], told.data["status"]) == ("handed_over", str(JOB), "processing")
        assert told.data["handed_over"] is True
        assert told.data["links"]["self"] == f"/v1/generations/{JOB}"
        assert telling.ended
        await wait.end()
    assert (desks.jobs.handed_over, desks.outcomes()) == (1, {"handed_over": 1})


async def test_a_job_that_ends_just_after_it_was_handed_over_is_counted_once(desks: Desks) -> None:
    with desks.waiting(0.0) as (watch, wait):
        watch.channel.learn(standing())
        await wait.news(listener(watch.channel))
        watch.channel.learn(completed("Tea"))
        await wait.end()
    assert desks.outcomes() == {"handed_over": 1}


async def test_a_stream_whose_job_ended_as_the_time_was_up_gets_its_result(desks: Desks) -> None:
    desks.jobs.status = None
    done = desks.desk.ledger.put(completed("Tea"))
    with desks.waiting(0.0) as (watch, wait):
        assert await wait.news(listener(watch.channel)) == b""
        await settled()
        assert watch.channel.standing is done
        await wait.end()
    assert desks.outcomes() == {"completed": 1}


async def test_a_hand_over_that_cannot_be_written_is_tried_again_but_not_at_every_word(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRY_SECONDS", 0.05)
    desks.jobs.away = True
    with desks.waiting(0.0) as (watch, wait):
        watch.channel.learn(standing())
        telling = listener(watch.channel)
        assert await wait.news(telling) == b""
        desks.jobs.away = False
        assert await wait.news(telling) == b""
        await asyncio.sleep(0.06)
        assert parsed(await wait.news(telling)).name == "handed_over"


@pytest.mark.parametrize(("status", "outcome"), [("failed", "failed"), ("cancelled", "cancelled")])
async def test_a_stream_that_ends_with_its_job_hands_nothing_over(
    desks: Desks, status: JobStatus, outcome: str
) -> None:
    with desks.waiting() as (watch, wait):
        watch.channel.learn(standing(status, 3, error=FAILED if status == "failed" else None, completed_at=NOW))
        await wait.end()
    assert (desks.jobs.handed_over, desks.outcomes()) == (0, {outcome: 1})


@pytest.mark.parametrize("away", [False, True], ids=["it is written", "the database is away"])
async def test_a_client_that_goes_from_a_stream_has_its_job_handed_over(desks: Desks, *, away: bool) -> None:
    desks.jobs.away = away
    with desks.waiting() as (watch, wait):
        watch.channel.learn(standing())
        await wait.end()
    assert desks.outcomes() == ({} if away else {"handed_over": 1})


async def test_the_first_text_of_a_stream_is_timed_once(desks: Desks) -> None:
    with desks.waiting() as (watch, wait):
        watch.channel.learn(standing())
        telling = listener(watch.channel)
        for each in (words(), words("Tea "), words("is", 4)):
            watch.channel.hear(each)
            telling.news(NOW)
            await wait.news(telling)
    assert desks.desk.counted("sync_first_text_seconds_count") == 1


# Limits


async def test_so_many_of_a_tenant_wait_and_the_next_one_is_told_why(desks: Desks) -> None:
    desks = Desks(SyncLimits(per_tenant=2, in_all=10))
    with desks.requests.admitted(TENANT) as first, desks.requests.admitted(TENANT) as second:
        assert (first, second) == (None, None)
        with desks.requests.admitted(TENANT) as third, desks.requests.admitted(STRANGER) as other:
            assert third == "2 requests of the tenant wait here already."
            assert other is None
        assert desks.desk.counted("sync_requests_waiting") == 2
    with desks.requests.admitted(TENANT) as again:
        assert again is None
    assert desks.outcomes() == {"refused": 1}
    assert not desks.requests._waiting


async def test_so_many_wait_in_all(desks: Desks) -> None:
    desks = Desks(SyncLimits(per_tenant=5, in_all=1))
    with desks.requests.admitted(TENANT), desks.requests.admitted(STRANGER) as second:
        assert second == "1 requests wait here already."


@pytest.mark.parametrize(("wished", "seconds"), [(None, 60), (5, 5), (0, 0), (600, 60)])
async def test_nobody_waits_longer_than_the_gateway_lets_him(
    desks: Desks, wished: float | None, seconds: float
) -> None:
    assert desks.requests.wait_seconds(wished) == seconds


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, None),
        ("", None),
        ("wait=10", 10),
        ("respond-async, wait=3", 3),
        ("wait=7; foo=bar", 7),
        ("await=7", None),
        ("wait=soon", None),
        ("wait=-1", None),
        ("wait=1.5", None),
    ],
)
def test_the_wish_of_the_client_is_read(prefer: str | None, seconds: float | None) -> None:
    assert wait_of(prefer) == seconds


async def test_who_leaves_hands_nothing_over_while_another_request_waits_for_the_same_job(desks: Desks) -> None:
    desks.desk.has()
    with desks.waiting() as (watch, wait), desks.waiting() as (_, other):
        watch.channel.learn(standing())
        gone = asyncio.create_task(asyncio.sleep(0))
        await gone
        assert await result_of(desks, wait, gone) == "processing"
        assert desks.jobs.handed_over == 0
        done = desks.desk.ledger.put(completed("Tea"))
        desks.desk.live.heard([JOB])
        assert await result_of(desks, other) is done.job


async def test_the_last_one_who_leaves_hands_over(desks: Desks) -> None:
    with desks.waiting() as (watch, wait):
        watch.channel.learn(standing())
        with desks.waiting() as (_, other):
            await other.end()
            assert desks.jobs.handed_over == 0
        await wait.end()
    assert desks.jobs.handed_over == 1


async def test_whose_time_is_up_hands_over_whoever_else_waits(desks: Desks) -> None:
    with desks.waiting() as (watch, _), desks.waiting(0.0) as (_, late):
        watch.channel.learn(standing())
        await late.end()
    assert desks.jobs.handed_over == 1


async def test_a_job_that_was_deleted_is_waited_for_no_longer(desks: Desks) -> None:
    with desks.waiting() as (_, wait):
        desks.desk.live.heard([JOB])
        with pytest.raises(Problem, match="no such job"):
            await result_of(desks, wait)
