"""One look at a batch for all who watch, however many of its jobs change, and what they are told."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from msgspec import Raw

from pressroom_gateway.batches.listener import BatchListener
from pressroom_gateway.batches.records import Batch, Counts, Standing
from pressroom_gateway.batches.watching import BatchWatching

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PACE = 0.05
JOBS = [uuid4() for _ in range(4)]
BATCH = Batch(
    id=uuid4(),
    name=None,
    kind="generations",
    total=4,
    metadata=None,
    refused=Raw(b"[]"),
    created_by="tests",
    created_at=NOW,
)


class Ledger:
    """What a look finds."""

    def __init__(self) -> None:
        self.counts = Counts(total=4, pending=4)
        self.looks = 0

    async def look(self, batch: Batch) -> Standing:
        assert batch is BATCH
        self.looks += 1
        return Standing(counts=self.counts)


async def test_a_burst_of_changes_is_one_look() -> None:
    ledger = Ledger()
    watching = BatchWatching(ledger.look, PACE)
    with watching.watching(BATCH) as (watched, bell), watching.watching(BATCH) as (same, _):
        assert same is watched
        watching.follow(watched, JOBS)
        await bell.wait()
        for _ in range(50):
            watching.heard(JOBS)
            await asyncio.sleep(0)
        await asyncio.sleep(2.5 * PACE)
        assert ledger.looks == 2
    assert not watching._of_job


async def test_changes_of_other_jobs_are_nothing_to_it() -> None:
    ledger = Ledger()
    watching = BatchWatching(ledger.look, PACE)
    with watching.watching(BATCH) as (watched, bell):
        watching.follow(watched, JOBS)
        await bell.wait()
        await asyncio.sleep(1.5 * PACE)
        watching.heard([uuid4()])
        await asyncio.sleep(1.5 * PACE)
        assert ledger.looks == 1


def heads(frames: list[bytes]) -> list[bytes]:
    return [line.removeprefix(b"event: ") for frame in frames for line in frame.split(b"\n") if line[:6] == b"event:"]


async def test_a_client_is_told_what_is_new_and_the_end_once() -> None:
    ledger = Ledger()
    watching = BatchWatching(ledger.look, PACE)
    with watching.watching(BATCH) as (watched, _):
        listener = BatchListener(watched)
        assert listener.news(NOW) == []
        watched.learn(Standing(counts=Counts(total=4, pending=4)))
        assert heads(listener.news(NOW)) == [b"progress"]
        watched.learn(Standing(counts=Counts(total=4, pending=4), eta=NOW))
        assert listener.news(NOW) == []  # the estimate alone is no news
        watched.learn(Standing(counts=Counts(total=4, completed=4), completed_at=NOW))
        assert (heads(listener.news(NOW)), listener.ended) == ([b"result"], True)
        assert listener.news(NOW) == []


async def test_after_a_fault_the_next_change_is_looked_at() -> None:
    ledger = Ledger()

    async def look(batch: Batch) -> Standing:
        if ledger.looks == 0:
            ledger.looks += 1
            raise ValueError("a fault of ours")
        return await ledger.look(batch)

    watching = BatchWatching(look, PACE)
    with watching.watching(BATCH) as (watched, bell):
        watching.follow(watched, JOBS)
        await asyncio.sleep(PACE)
        assert not bell.is_set()
        watching.heard(JOBS[:1])
        await asyncio.wait_for(bell.wait(), 1)
