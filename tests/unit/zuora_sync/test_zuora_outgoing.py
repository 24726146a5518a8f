"""Exports that are on their way out: how much of them is in memory, and whose."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from pressroom_common.internal_problems import Refused
from pressroom_zuora_sync.reading import outgoing
from pressroom_zuora_sync.reading.outgoing import Outgoing
from pressroom_zuora_sync.zuora.budget import Room


async def test_a_room_holds_no_more_than_it_has_and_keeps_the_order():
    room, order = Room(10), list[int]()
    over = {size: asyncio.Event() for size in (6, 9, 1)}

    async def hold(size: int) -> None:
        async with room.taken(size):
            order.append(size)
            await over[size].wait()

    async with asyncio.TaskGroup() as holding:
        for size in over:
            holding.create_task(hold(size))
        await asyncio.sleep(0.01)
        assert order == [6]
        over[6].set()
        await asyncio.sleep(0.01)
        assert order == [6, 9, 1]
        for each in over.values():
            each.set()


async def test_what_is_larger_than_a_room_has_it_alone():
    room = Room(10)
    async with room.taken(1000):
        waiting = asyncio.create_task(room.taken(1).__aenter__())
        await asyncio.sleep(0.01)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 1)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    for name, value in (("TOTAL", 30), ("SHARE", 20), ("PATIENCE", 0.05)):
        monkeypatch.setattr(outgoing, name, value)
    return Outgoing()


async def test_a_tenant_that_does_not_read_leaves_room_for_others_and_is_refused_more(small: Outgoing):
    slow, other = uuid4(), uuid4()
    async with small.room(slow, 20):
        with pytest.raises(Refused) as refused:
            await small.room(slow, 1).__aenter__()
        assert (refused.value.status, refused.value.code) == (429, "rate_limited")
        async with small.room(other, 10):
            pass
    async with small.room(slow, 1):
        pass


async def test_who_is_refused_or_gives_up_takes_no_room(small: Outgoing):
    async with AsyncExitStack() as held:
        await held.enter_async_context(small.room(uuid4(), 20))
        late = uuid4()
        with pytest.raises(Refused):
            await held.enter_async_context(small.room(late, 20))
        gone = asyncio.create_task(small.room(late, 20).__aenter__())
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.wait([gone])
        await held.enter_async_context(small.room(late, 10))
