"""Events of a job as they come, over as many connections as it takes."""

import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from pressroom_client.events import Event, Result
from pressroom_client.following import LASTING_SECONDS, SILENCE_SECONDS, Following
from pressroom_client.messages import Call, is_event_stream, job_of, read
from pressroom_client.models import HandedOver
from pressroom_client.retries import Interrupted, Safety, Trouble

from .session import AsyncSession


async def follow_events(
    session: AsyncSession, following: Following, first: Call, timeout: float | None = None
) -> AsyncGenerator[Event, None]:
    """Until the job is over, at most `timeout` seconds. Raises PressroomError.

    Connections that bring nothing new are counted, and there are waits between them, as RetryPolicy has it.
    """
    deadline = min(session.ends, math.inf if timeout is None else session.clock() + timeout)
    tried = 0
    while not following.over:
        began = session.clock()
        call = replace(following.call(first), seconds=min(SILENCE_SECONDS, max(deadline - began, 0.1)))
        trouble: Trouble | None = None
        try:
            async with aclosing(_connected(session, following, call, deadline)) as events:
                async for event in events:
                    yield event
        except Interrupted as interruption:
            trouble = interruption.trouble
        if following.over or following.handed_over:
            continue
        now = session.clock()
        if now >= deadline:
            raise following.timed_out(timeout or 0.0)
        if trouble is None or following.answered:
            trouble = following.broken_off(session.origin)
        tried = 1 if following.lively or now - began >= LASTING_SECONDS else tried + 1
        await session.pause(tried, trouble, Safety.REPEATABLE, deadline - now)


async def _connected(
    session: AsyncSession, following: Following, call: Call, deadline: float
) -> AsyncGenerator[Event, None]:
    """What comes on one connection."""
    async with session.opened(call) as response:
        following.connected(job_of(response))
        if not is_event_stream(response):  # the text was there already, or nothing is waited for
            await response.aread()
            done = response.status_code == 200
            yield following.end(read(Result, response) if done else read(HandedOver, response))
            return
        async for chunk in response.aiter_bytes():
            for event in following.feed(chunk):
                yield event
            if following.parted or session.clock() >= deadline:
                return
