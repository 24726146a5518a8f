"""Events of a job as they come, over as many connections as it takes."""

# Written by libs/client/write_blocking.py: edit aio/streams.py instead.

import math
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

from pressroom_client.events import Event, Result
from pressroom_client.following import LASTING_SECONDS, SILENCE_SECONDS, Following
from pressroom_client.messages import Call, is_event_stream, job_of, read
from pressroom_client.models import HandedOver
from pressroom_client.retries import Interrupted, Safety, Trouble

from .session import Session


def follow_events(
    session: Session, following: Following, first: Call, timeout: float | None = None
) -> Generator[Event, None, None]:
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
            with closing(_connected(session, following, call, deadline)) as events:
                yield from events
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
        session.pause(tried, trouble, Safety.REPEATABLE, deadline - now)


def _connected(session: Session, following: Following, call: Call, deadline: float) -> Generator[Event, None, None]:
    """What comes on one connection."""
    with session.opened(call) as response:
        following.connected(job_of(response))
        if not is_event_stream(response):  # the text was there already, or nothing is waited for
            response.read()
            done = response.status_code == 200
            yield following.end(read(Result, response) if done else read(HandedOver, response))
            return
        for chunk in response.iter_bytes():
            yield from following.feed(chunk)
            if following.parted or session.clock() >= deadline:
                return
