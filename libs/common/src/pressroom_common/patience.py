"""Trouble of our own is no failure of a job: hold what you have, and try again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina
import structlog

from .errors import Unavailable

T = TypeVar("T")
logger = structlog.get_logger()


async def patiently(operation: Callable[[], Awaitable[T]]) -> T:
    """Try `operation` until the database and the broker are there. The first try costs nothing extra."""
    try:
        return await operation()
    except Unavailable as error:
        logger.warning("waiting for the database or the broker", reason=str(error))
    async for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=None, wait_max=2.0):
        with attempt:
            return await operation()
    raise AssertionError("unreachable: the retry has no end")
