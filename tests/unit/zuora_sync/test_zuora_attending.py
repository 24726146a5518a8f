"""Requests that open exports: how many a tenant has, and what becomes of those that nobody waits for."""

import asyncio
import threading
from uuid import UUID, uuid4

import pytest
from starlette.types import Message

from pressroom_common.internal_problems import Refused
from pressroom_zuora_sync.reading import attending
from pressroom_zuora_sync.reading.attending import Attendance
from pressroom_zuora_sync.reading.turns import Turns, to_its_end

TENANT = uuid4()


class Line:
    """The connection of whoever asks."""

    def __init__(self) -> None:
        self.cut = asyncio.Event()
        self._asked: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive(self) -> Message:
        if self._asked:
            return self._asked.pop()
        await self.cut.wait()
        return {"type": "http.disconnect"}


async def said(attendance: Attendance, line: Line, turns: Turns, done: list[str], name: str) -> str:
    async def work() -> str:
        async with turns.of(TENANT):
            await asyncio.sleep(0.05)
            done.append(name)
            return name

    return await attendance.of(TENANT, line.receive, work)


async def test_a_request_whose_caller_is_gone_does_no_work_when_its_turn_comes():
    attendance, turns, done = Attendance(), Turns(), list[str]()
    lines = [Line() for _ in range(3)]
    asked = [
        asyncio.create_task(said(attendance, line, turns, done, name)) for line, name in zip(lines, "abc", strict=True)
    ]
    await asyncio.sleep(0.01)
    lines[1].cut.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert (done, answers[0], answers[2]) == (["a", "c"], "a", "c")
    assert isinstance(answers[1], Refused)


async def test_a_tenant_has_so_many_at_once_and_others_have_theirs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attending, "MOST", 2)
    attendance, over = Attendance(), asyncio.Event()

    async def ask(tenant_id: UUID | None) -> bool:
        return await attendance.of(tenant_id, Line().receive, over.wait)

    asked = [asyncio.create_task(ask(tenant)) for tenant in (TENANT, TENANT, uuid4(), None)]
    await asyncio.sleep(0)
    with pytest.raises(Refused) as refused:
        await ask(TENANT)
    assert (refused.value.status, refused.value.code) == (429, "rate_limited")
    over.set()
    assert await asyncio.gather(*asked) == [True] * 4
    assert await ask(TENANT)


async def test_an_error_of_the_work_is_that_of_the_request():
    async def work() -> None:
        raise LookupError("none")

    with pytest.raises(LookupError):
        await Attendance().of(TENANT, Line().receive, work)


async def test_a_turn_lasts_as_long_as_its_thread_though_the_caller_is_gone():
    attendance, turns, line, go_on = Attendance(), Turns(), Line(), threading.Event()

    async def work() -> None:
        async with turns.of(TENANT):
            await to_its_end(lambda: go_on.wait(5))

    asked = asyncio.create_task(attendance.of(TENANT, line.receive, work))
    await asyncio.sleep(0.05)
    line.cut.set()
    following = asyncio.create_task(turns.of(TENANT).__aenter__())
    await asyncio.sleep(0.05)
    assert not following.done()
    go_on.set()
    await asyncio.wait_for(following, 5)
    with pytest.raises(Refused):
        await asked
