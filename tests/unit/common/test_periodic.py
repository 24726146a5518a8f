"""Upkeep goes on: on time, at once when woken, and after whatever went wrong."""

import asyncio
import time

from pressroom_common.errors import Unavailable
from pressroom_common.periodic import Periodic


class Action:
    """Counts its calls; `errors` are raised one after the other."""

    def __init__(self, *errors: Exception) -> None:
        self.calls: list[float] = []
        self.errors = list(errors)
        self.called = asyncio.Event()

    async def __call__(self) -> None:
        self.calls.append(time.monotonic())
        self.called.set()
        if self.errors:
            raise self.errors.pop(0)

    async def next(self) -> None:
        """Wait for the next call."""
        self.called.clear()
        async with asyncio.timeout(5):
            await self.called.wait()


async def test_it_happens_again_and_again_until_it_is_stopped() -> None:
    action = Action()
    task = Periodic("test", 0.02, action)
    task.start()
    for _ in range(3):
        await action.next()
    await task.stop()
    known = len(action.calls)
    await asyncio.sleep(0.06)
    assert len(action.calls) == known


async def test_it_does_not_happen_before_its_time() -> None:
    action = Action()
    task = Periodic("test", 60, action)
    task.start()
    await asyncio.sleep(0.05)
    assert action.calls == []
    await task.stop()


async def test_woken_it_happens_at_once_and_many_calls_wake_it_once() -> None:
    action = Action()
    task = Periodic("test", 60, action)
    task.start()
    for _ in range(5):
        task.wake()
    await action.next()
    await asyncio.sleep(0.03)
    assert len(action.calls) == 1
    await task.stop()


async def test_woken_while_it_happens_it_happens_once_more() -> None:
    busy, release = asyncio.Event(), asyncio.Event()
    calls = 0

    async def action() -> None:
        nonlocal calls
        calls += 1
        busy.set()
        await release.wait()

    task = Periodic("test", 60, action)
    task.start()
    task.wake()
    await busy.wait()
    task.wake()
    release.set()
    await asyncio.sleep(0.03)
    assert calls == 2
    await task.stop()


async def test_whatever_goes_wrong_it_happens_the_next_time() -> None:
    action = Action(Unavailable("away"), ValueError("a bug"), RuntimeError("another"))
    task = Periodic("test", 0.01, action)
    task.start()
    for _ in range(5):
        await action.next()
    await task.stop()


async def test_what_was_never_started_can_be_stopped() -> None:
    await Periodic("test", 1, Action()).stop()
