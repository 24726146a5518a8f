"""Calls of an account queue up behind its pace."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.zuora.pace import begun
from pressroom_zuora_sync.zuora.pacing import Pacing, Slot
from pressroom_zuora_sync.zuora.ports import NoMeter, Wait


class Waits(NoMeter):
    def __init__(self) -> None:
        self.reasons: list[Wait] = []

    def waited(self, reason: Wait, seconds: float) -> None:  # noqa: ARG002 - a port's
        self.reasons.append(reason)


Ending = Callable[[Slot], None]
ENDINGS: dict[str, Ending] = {
    "succeeded": Slot.succeeded,
    "failed": Slot.failed,
    "pushed_back": lambda slot: slot.pushed_back(None),
    "pushed_back_for_a_while": lambda slot: slot.pushed_back(0.003),
    "told": lambda slot: slot.told(2, 0.003),
    "cancelled": lambda _: None,
}


class Watched(Pacing):
    """Lets in nobody for whom there is no place, or says so."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_calls" and value > getattr(self, "_calls", 0):
            assert value <= self._pace.allowed(self.now())
        super().__setattr__(name, value)


class Crowd:
    """Calls, and how many of them went on at once."""

    def __init__(self, pacing: Pacing) -> None:
        self.pacing = pacing
        self.at_once = 0
        self.over = 0
        self.done = 0

    async def call(self, ending: str, dice: random.Random) -> None:
        async with self.pacing.slot() as slot:
            self.at_once += 1
            self.over += self.at_once > self.pacing._pace.most
            try:
                await asyncio.sleep(dice.random() / 1000)
            finally:
                self.at_once -= 1
            ENDINGS[ending](slot)
        self.done += 1


@settings(max_examples=60, deadline=None)
@given(
    most=st.integers(1, 8),
    endings=st.lists(st.sampled_from(sorted(ENDINGS)), max_size=40),
    cancelled=st.sets(st.integers(0, 39)),
    seed=st.integers(0, 1000),
)
def test_never_more_calls_at_once_than_allowed_and_everyone_gets_a_turn(
    most: int, endings: list[str], cancelled: set[int], seed: int
) -> None:
    async def play() -> None:
        dice = random.Random(seed)
        crowd = Crowd(Watched(begun(most, most), NoMeter()))
        calls = [asyncio.ensure_future(crowd.call(ending, dice)) for ending in endings]
        for number in sorted(cancelled & set(range(len(calls)))):
            await asyncio.sleep(dice.random() / 2000)
            calls[number].cancel()
        async with asyncio.timeout(20):
            await asyncio.gather(*calls, return_exceptions=True)
        assert crowd.over == 0
        assert crowd.done == sum(not call.cancelled() for call in calls)
        assert crowd.pacing._calls == 0
        assert not crowd.pacing._waiting

    asyncio.run(play())


async def test_first_come_first_served() -> None:
    pacing, order = Pacing(begun(1, 1), NoMeter()), []

    async def call(number: int) -> None:
        async with pacing.slot():
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(call(number) for number in range(10)))
    assert order == list(range(10))


async def test_one_who_is_cancelled_while_let_in_gives_the_place_on() -> None:
    pacing = Pacing(begun(1, 1), NoMeter())

    async def call() -> str:
        async with pacing.slot():
            return "called"

    async with pacing.slot():
        first, second = asyncio.ensure_future(call()), asyncio.ensure_future(call())
        await asyncio.sleep(0)
    first.cancel()  # in the moment in which it was let in
    async with asyncio.timeout(5):
        assert await second == "called"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_push_back_of_one_call_holds_all_of_the_account_back() -> None:
    meter = Waits()
    pacing = Pacing(begun(4, 4), meter)
    async with pacing.slot() as slot:
        slot.pushed_back(0.05)
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with pacing.slot():
        assert loop.time() - started >= 0.045
    assert meter.reasons == ["rate_limit"]


async def test_those_who_wait_for_what_remains_wake_when_the_window_ends() -> None:
    pacing = Pacing(begun(4, 4), NoMeter())
    async with pacing.slot() as slot:
        slot.told(0, 0.05)
    started = pacing.now()
    async with asyncio.timeout(5), pacing.slot():
        assert pacing.now() - started >= 0.045
