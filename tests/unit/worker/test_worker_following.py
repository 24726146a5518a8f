"""Which gateways are told of which runs, what, and when."""

import asyncio
import gc
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

import pytest

from pressroom_common.contracts import FollowJobs, LiveRun
from pressroom_common.ids import uuid7
from pressroom_common.worker import following as module
from pressroom_common.worker.feed import Feed
from pressroom_common.worker.following import FIRST_LEASE, Following
from pressroom_common.worker.records import Fence
from protocol.runs import EPOCH
from unit.worker.workshop import JOB, settled

OTHER = UUID(int=3)
PACE = 0.05
A_LITTLE_MORE = 1.6


@dataclass
class Gateways:
    """What was sent, and when. `open` is cleared where a message is to stay under way."""

    sent: list[tuple[float, str, list[LiveRun]]] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    now: float = 1000.0
    """Of the clock by which leases end."""

    def __post_init__(self) -> None:
        self.open.set()
        self.following = Following(self.send, lambda: self.now)

    async def send(self, gateway: str, runs: Sequence[LiveRun]) -> None:
        self.sent.append((asyncio.get_running_loop().time(), gateway, list(runs)))
        await self.open.wait()

    def told(self, gateway: str = "gateway-1", job_id: UUID = JOB) -> list[tuple[int, str]]:
        """Offsets and texts, in order."""
        return [
            (run.offset, run.text) for _, to, runs in self.sent for run in runs if (to, run.job_id) == (gateway, job_id)
        ]

    @property
    def receivers(self) -> list[str]:
        return [gateway for _, gateway, _ in self.sent]

    def follow(self, source: str = "gateway-1", *, anew: bool = False, seconds: float = 10.0, of: UUID = JOB) -> None:
        jobs = (of,)
        message = FollowJobs(
            id=uuid7(), source=source, time=EPOCH, job_ids=jobs, anew=jobs if anew else (), seconds=seconds
        )
        self.following.follow(message)

    def begin(self, follower: str = "", of: UUID = JOB, claim: int = 1) -> Feed:
        return self.following.begin(Fence(job_id=of, attempt=1, claim=claim), follower)


@pytest.fixture
def gateways() -> Gateways:
    return Gateways()


async def a_pace() -> None:
    """So long that the next message may leave."""
    await asyncio.sleep(PACE * A_LITTLE_MORE)
    await settled()


async def test_who_is_not_followed_is_told_to_nobody_and_need_not_stream(gateways: Gateways) -> None:
    feed = gateways.begin()
    feed.text("Tea")
    await a_pace()
    assert (feed.followed, gateways.sent) == (False, [])


async def test_whom_the_command_names_is_told_from_the_beginning(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    assert feed.followed
    feed.text("Tea")
    await settled()
    assert gateways.told() == [(0, "Tea")]


async def test_whom_the_command_names_need_say_nothing_for_a_while(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    gateways.now += FIRST_LEASE - 0.1
    gateways.following.expire()
    feed.text("Tea")
    await settled()
    assert gateways.told() == [(0, "Tea")]


async def test_who_follows_before_the_run_begins_is_told_of_it(gateways: Gateways) -> None:
    gateways.follow()
    feed = gateways.begin()
    assert feed.followed
    feed.enter("calling_model")
    await settled()
    assert gateways.told() == [(0, "")]


async def test_who_joins_in_the_middle_and_says_so_is_told_from_the_beginning_at_once(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    feed.text("Tea ")
    await a_pace()
    gateways.follow("gateway-2", anew=True)
    await settled()
    feed.text("is warm")
    await a_pace()
    assert gateways.told("gateway-1") == [(0, "Tea "), (4, "is warm")]
    assert gateways.told("gateway-2") == [(0, "Tea "), (4, "is warm")]


async def test_who_missed_something_is_told_from_the_beginning_and_nobody_else_is(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    gateways.follow("gateway-2")
    feed.text("Tea ")
    await a_pace()
    gateways.follow("gateway-2", anew=True)
    await a_pace()
    assert gateways.told("gateway-1") == [(0, "Tea ")]
    assert gateways.told("gateway-2") == [(0, "Tea "), (0, "Tea ")]


async def test_who_says_that_he_goes_on_following_is_told_nothing_twice(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    feed.text("Tea")
    await a_pace()
    gateways.follow()
    await a_pace()
    assert gateways.told() == [(0, "Tea")]


async def test_the_first_words_leave_at_once_and_the_next_ones_together_after_a_pause(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    feed.text("T")
    await settled()
    assert gateways.told() == [(0, "T")]
    for letter in "ea is warm":
        feed.text(letter)
        await settled()
    assert len(gateways.sent) == 1
    await a_pace()
    assert gateways.told() == [(0, "T"), (1, "ea is warm")]


async def test_however_much_there_is_a_message_leaves_every_fifty_milliseconds_at_most(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    for _ in range(40):
        feed.text("x")
        await asyncio.sleep(0.01)
    await a_pace()
    times = [time for time, _, _ in gateways.sent]
    assert all(after - before > PACE * 0.9 for before, after in pairwise(times))
    assert "".join(text for _, text in gateways.told()) == "x" * 40
    assert len(times) > 2


async def test_first_words_do_not_wait_for_the_pause_after_those_of_another_run(gateways: Gateways) -> None:
    first, second = gateways.begin("gateway-1"), gateways.begin("gateway-1", OTHER)
    first.text("Tea")
    await settled()
    second.text("Coffee")
    await settled()
    assert gateways.told("gateway-1", OTHER) == [(0, "Coffee")]


async def test_one_message_tells_a_gateway_of_all_its_runs(gateways: Gateways) -> None:
    feeds = [gateways.begin("gateway-1", UUID(int=number)) for number in range(10, 30)]
    for feed in feeds:
        feed.text("Tea")
    await a_pace()
    assert [len(runs) for _, _, runs in gateways.sent] == [20]


async def test_while_a_message_is_under_way_the_next_one_gathers(gateways: Gateways) -> None:
    gateways.open.clear()
    feed = gateways.begin("gateway-1")
    for letter in "0123456789":
        feed.text(letter)
        await settled()
    await a_pace()
    assert gateways.told() == [(0, "0")]
    gateways.open.set()
    await a_pace()
    assert gateways.told() == [(0, "0"), (1, "123456789")]


async def test_a_slow_gateway_delays_no_other(gateways: Gateways) -> None:
    gateways.follow("gateway-1")
    gateways.follow("gateway-2")
    gateways.open.clear()
    feed = gateways.begin()
    feed.text("Tea")
    await settled()
    assert sorted(gateways.receivers) == ["gateway-1", "gateway-2"]


async def test_a_lease_that_is_not_renewed_ends(gateways: Gateways) -> None:
    feed = gateways.begin()
    gateways.follow("gateway-1", seconds=10)
    gateways.follow("gateway-2", seconds=20)
    gateways.now += 10
    gateways.following.expire()
    feed.text("Tea")
    await a_pace()
    assert (gateways.receivers, feed.followed) == (["gateway-2"], True)
    gateways.now += 10
    gateways.following.expire()
    feed.text("is")
    await a_pace()
    assert (gateways.receivers, feed.followed) == (["gateway-2"], False)


async def test_a_lease_that_is_renewed_goes_on(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    for _ in range(5):
        gateways.now += FIRST_LEASE - 1
        gateways.follow()
        gateways.following.expire()
    feed.text("Tea")
    await settled()
    assert gateways.told() == [(0, "Tea")]


async def test_who_comes_back_after_his_lease_is_told_from_the_beginning(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    feed.text("Tea ")
    await a_pace()
    gateways.now += 60
    gateways.following.expire()
    gateways.follow()
    feed.text("is")
    await settled()
    assert gateways.told() == [(0, "Tea "), (0, "Tea is")]


async def test_a_run_that_is_followed_while_it_goes_on_may_stream_from_then_on(gateways: Gateways) -> None:
    feed = gateways.begin()
    gateways.follow()
    assert feed.followed


async def test_the_last_words_are_told_although_the_run_is_over(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    feed.text("T")
    await settled()
    feed.text("ea")
    gateways.following.end(feed)
    await a_pace()
    assert gateways.told() == [(0, "T"), (1, "ea")]


async def test_of_a_run_that_is_over_nothing_is_kept(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    feed.text("Tea")
    await a_pace()
    gateways.following.end(feed)
    kept = weakref.ref(feed)
    del feed
    await a_pace()
    gc.collect()
    assert kept() is None
    gateways.now += FIRST_LEASE
    gateways.following.expire()
    left = (gateways.following._leases, gateways.following._feeds, gateways.following._lines)
    assert left == ({}, {}, {})


async def test_who_asks_anew_for_a_run_that_is_over_is_told_nothing(gateways: Gateways) -> None:
    feed = gateways.begin("gateway-1")
    gateways.following.end(feed)
    gateways.follow(anew=True)
    await a_pace()
    assert gateways.sent == []


async def test_the_end_of_an_old_claim_does_not_end_the_new_one(gateways: Gateways) -> None:
    old = gateways.begin("gateway-1", claim=1)
    new = gateways.begin(claim=2)
    gateways.following.end(old)
    new.text("Tea")
    gateways.follow("gateway-2", anew=True)
    await settled()
    assert sorted(gateways.receivers) == ["gateway-1", "gateway-2"]


async def test_so_many_jobs_are_followed_and_no_more(gateways: Gateways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_JOBS", 2)
    jobs = [UUID(int=number) for number in range(10, 13)]
    for job_id in (*jobs, *jobs):
        gateways.follow(of=job_id)
    assert [gateways.begin(of=job_id).followed for job_id in jobs] == [True, True, False]
    gateways.now += 9
    gateways.follow(of=jobs[0])
    gateways.now += 9
    gateways.following.expire()
    assert [gateways.begin(of=job_id).followed for job_id in jobs[:2]] == [True, False]
    gateways.now += 60
    gateways.following.expire()
    gateways.follow(of=jobs[2])
    assert gateways.begin(of=jobs[2]).followed
