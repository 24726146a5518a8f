"""How long the history is kept. Deleted a step at a time, between folds, so that none of them waits long."""

import asyncio

import structlog

from .ports import History

logger = structlog.get_logger()

STEP = 500
"""Rows of a statement."""


class Retention:
    """What is `seconds` old goes; `pause` between steps. Any number of monitors may do it side by side."""

    def __init__(self, history: History, seconds: float, pause: float = 0.2) -> None:
        self._history = history
        self._seconds = seconds
        self._pause = pause

    async def sweep(self) -> None:
        """All that is old enough. Raises Unavailable."""
        while forgotten := await self._history.forget_ended(self._seconds, STEP):
            logger.info("history forgotten", rows=forgotten)
            await asyncio.sleep(self._pause)
