"""Clients that read too slowly, and what is held for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from starlette.types import Message

from pressroom_common.steady import SteadyAnswer

PIECE = b"x" * 1000
PIECES = 5


class Reader:
    """`delays`: seconds that it takes for each message, the head of the answer first; then none."""

    def __init__(self, *delays: float) -> None:
        self.got: list[Message] = []
        self._delays = list(delays)

    async def send(self, message: Message) -> None:
        await asyncio.sleep(self._delays.pop(0) if self._delays else 0)
        self.got.append(message)

    async def stays(self) -> Message:
        return await asyncio.Future()

    @property
    def has_all(self) -> bool:
        return not self.got[-1].get("more_body", True)


async def pieces(delay: float = 0.0) -> AsyncIterator[bytes]:
    for _ in range(PIECES):
        await asyncio.sleep(delay)
        yield PIECE


async def read(
    reader: Reader, given: AsyncIterator[bytes], least: int, closed: Callable[[], None] = lambda: None
) -> None:
    kept = AsyncExitStack()
    kept.callback(closed)
    answer = SteadyAnswer(given, kept, grace=1.0, least=least)
    await asyncio.wait_for(answer({"type": "http", "path": "/", "method": "GET"}, reader.stays, reader.send), 5)


async def test_who_takes_nothing_is_cut_off_and_what_is_held_for_it_is_free():
    freed: list[str] = []
    reader = Reader(0, 3600)
    await read(reader, pieces(), 1000, lambda: freed.append("it"))
    assert (len(reader.got), freed) == (1, ["it"])


async def test_what_buffers_took_at_once_earns_no_longer_standstill():
    reader = Reader(0, 0, 0, 3600)
    await read(reader, pieces(), least=1)
    assert len(reader.got) == 3


async def test_who_takes_a_little_now_and_then_is_cut_off_too():
    reader = Reader(0, 0.4, 0.4, 0.4, 0.4, 0.4)
    await read(reader, pieces(), least=100_000)
    assert not reader.has_all


async def test_who_reads_fast_enough_on_the_whole_gets_all_of_it():
    reader = Reader(0, 0.25, 0.25, 0.25, 0.25, 0.25)
    await read(reader, pieces(), least=2000)
    assert reader.has_all
    assert sum(len(message.get("body", b"")) for message in reader.got) == PIECES * len(PIECE)


async def test_nobody_is_blamed_for_the_time_that_the_pieces_take():
    reader = Reader()
    await read(reader, pieces(delay=0.25), least=1_000_000)
    assert reader.has_all
