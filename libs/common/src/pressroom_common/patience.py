"""Trouble of our own is no failure of a job: hold what you have, and try again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina
import structlog

from .errors import Unavailable

T = TypeVar("T")
logger = structlog.get_logger()


async def patiently(operation: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
    """Try `operation` until what it needs is there. The first try costs nothing extra.

    After `seconds` it raises Unavailable; None: it waits without end, as for the database and the broker.
    """
    try:
        return await operation()
    except Unavailable as error:
        logger.warning("waiting for what is away", reason=str(error))
    async for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=seconds, wait_max=2.0):
        with attempt:
            return await operation()
    raise AssertionError("unreachable: the retry has no end")
