"""Group commit: one flush at a time, what comes meanwhile is the next, and one bad item fails alone."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.batcher import Batcher
from pressroom_common.errors import Unavailable
from protocol.profile import examples


class Flushes:
    """A flush that can be held up: it answers with the squares, and notes what it was given."""

    def __init__(self, bad: frozenset[int] = frozenset(), *, away: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.in_flight = 0
        self.most = 0
        self.open = asyncio.Event()
        self.open.set()
        self.bad = bad
        self.away = away

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
            if self.away:
                raise Unavailable("away")
            if self.bad & set(items):
                raise ValueError(f"bad: {sorted(self.bad & set(items))}")
            return [item * item for item in items]
        finally:
            self.in_flight -= 1


def started(batcher: Batcher[int, int], *items: int) -> list[asyncio.Task[int]]:
    return [asyncio.create_task(batcher.submit(item)) for item in items]


async def test_an_idle_batcher_flushes_at_once() -> None:
    flush = Flushes()
    assert await asyncio.wait_for(Batcher(flush).submit(3), 1) == 9
    assert flush.batches == [[3]]


async def test_what_arrives_while_a_flush_is_in_flight_is_the_next_batch() -> None:
    flush = Flushes()
    batcher = Batcher(flush)
    flush.open.clear()
    [first] = started(batcher, 1)
    await asyncio.sleep(0.01)
    others = started(batcher, 2, 3, 4)
    await asyncio.sleep(0.01)
    assert flush.batches == [[1]]
    assert len(batcher) == 3
    flush.open.set()
    assert await asyncio.gather(first, *others) == [1, 4, 9, 16]
    assert flush.batches == [[1], [2, 3, 4]]


async def test_one_flush_is_in_flight_whatever_comes() -> None:
    flush = Flushes()
    batcher = Batcher(flush, limit=3)
    assert await asyncio.gather(*started(batcher, *range(50))) == [item * item for item in range(50)]
    assert flush.most == 1


async def test_a_batch_is_never_over_its_limit_and_keeps_the_order() -> None:
    flush = Flushes()
    await asyncio.gather(*started(Batcher(flush, limit=4), *range(10)))
    assert [item for batch in flush.batches for item in batch] == list(range(10))
    assert max(len(batch) for batch in flush.batches) == 4


async def test_one_bad_item_fails_alone() -> None:
    ends = await asyncio.gather(*started(Batcher(Flushes(frozenset({5}))), *range(9)), return_exceptions=True)
    assert [end if isinstance(end, int) else type(end) for end in ends] == [0, 1, 4, 9, 16, ValueError, 36, 49, 64]


@examples(100)
@given(
    items=st.lists(st.integers(0, 9), min_size=1, max_size=12),
    bad=st.frozensets(st.integers(0, 9)),
    limit=st.integers(1, 5),
)
async def test_each_item_gets_its_own_result_or_its_own_error(
    items: list[int], bad: frozenset[int], limit: int
) -> None:
    ends = await asyncio.gather(*started(Batcher(Flushes(bad), limit), *items), return_exceptions=True)
    for item, end in zip(items, ends, strict=True):
        if item in bad:
            assert isinstance(end, ValueError)
            assert str(end) == f"bad: [{item}]"
        else:
            assert end == item * item


async def test_a_store_that_is_away_fails_them_all_and_is_asked_once() -> None:
    flush = Flushes(away=True)
    ends = await asyncio.gather(*started(Batcher(flush), 1, 2, 3), return_exceptions=True)
    assert [type(end) for end in ends] == [Unavailable] * 3
    assert len(flush.batches) == 1


async def test_a_caller_that_goes_away_takes_nothing_back_and_disturbs_nobody() -> None:
    flush = Flushes()
    batcher = Batcher(flush)
    flush.open.clear()
    [first] = started(batcher, 1)
    await asyncio.sleep(0.01)
    gone, stays = started(batcher, 2, 3)
    await asyncio.sleep(0.01)
    first.cancel()
    gone.cancel()
    await asyncio.sleep(0.01)
    flush.open.set()
    assert await stays == 9
    assert flush.batches == [[1], [2, 3]]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_after_a_failure_the_next_item_is_flushed() -> None:
    flush = Flushes(frozenset({1}))
    batcher = Batcher(flush)
    with pytest.raises(ValueError, match="bad"):
        await batcher.submit(1)
    assert await batcher.submit(2) == 4


async def test_what_nobody_waits_for_is_flushed_all_the_same_and_harms_nobody() -> None:
    flush = Flushes(frozenset({7}))
    batcher = Batcher(flush)
    batcher.put(7)
    batcher.put(8)
    assert await batcher.submit(2) == 4
    assert sorted({item for batch in flush.batches for item in batch}) == [2, 7, 8]


async def test_a_pace_lets_more_gather_and_close_waits_for_them() -> None:
    flush = Flushes()
    batcher = Batcher(flush, pace=0.1)
    for item in range(5):
        batcher.put(item)
        await asyncio.sleep(0)
    await batcher.close()
    assert [item for batch in flush.batches for item in batch] == list(range(5))
    assert len(flush.batches) <= 3


async def test_a_full_batch_waits_for_no_pace() -> None:
    flush = Flushes()
    batcher = Batcher(flush, limit=2, pace=0.5)
    for item in range(6):
        batcher.put(item)
    for _ in range(50):
        await asyncio.sleep(0)
    assert flush.batches == [[0, 1], [2, 3], [4, 5]]
    await batcher.close()
