"""Keeps administrative calls, before they are answered."""

import asyncio

import msgspec
import structlog
from prometheus_client import Counter

from .ports import Trail
from .records import Call

logger = structlog.get_logger()

_SECONDS = 3.0
"""How long an answer waits for its record."""


class Audit:
    """`failures` counts calls that could not be recorded."""

    def __init__(self, trail: Trail, failures: Counter, seconds: float = _SECONDS) -> None:
        self._trail = trail
        self._failures = failures
        self._seconds = seconds

    async def record(self, call: Call) -> None:
        """Never raises: what was asked for has happened. What cannot be stored is in the log, with all its fields."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._trail.add(call)
        except Exception:
            self._failures.inc()
            logger.exception("an administrative call could not be recorded", call=msgspec.to_builtins(call))
