"""Works side by side: in their order, within their bound, and none is begun once one has failed."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from pressroom_common.worker import together


class Works:
    """Numbered works that note when they begin and end. `fails`: the one that does not succeed."""

    def __init__(self, fails: int | None = None) -> None:
        self.fails = fails
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.most = 0

    def __call__(self, count: int) -> list[Callable[[], Awaitable[int]]]:
        return [partial(self.one, number) for number in range(count)]

    async def one(self, number: int) -> int:
        self.begun.append(number)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        try:
            for _ in range(3 if number != self.fails else 1):
                await asyncio.sleep(0)
            if number == self.fails:
                raise ValueError(number)
            return number
        finally:
            self.ended.append(number)


@pytest.mark.parametrize("most", [1, 3, 20])
async def test_results_come_in_their_order_and_no_more_run_than_the_bound(most: int) -> None:
    works = Works()
    assert await together(works(10), most) == list(range(10))
    assert works.most == min(most, 10)


@pytest.mark.parametrize("most", [1, 2, 4])
async def test_after_a_failure_nothing_is_begun_and_what_runs_is_ended(most: int) -> None:
    works = Works(fails=1)
    with pytest.raises(ValueError, match="1"):
        await together(works(10), most)
    assert max(works.begun) <= max(most, 2)
    assert sorted(works.begun) == sorted(works.ended)


async def test_a_cancel_from_outside_ends_all() -> None:
    works = Works()
    task = asyncio.create_task(together(works(10), 3))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert works.begun == works.ended == [0, 1, 2]
