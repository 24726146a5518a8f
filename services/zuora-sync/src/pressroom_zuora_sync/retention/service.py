"""Deletes what is old enough, a step at a time."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from .ports import History
from .records import Kept

logger = structlog.get_logger()

STEP = 500
"""Syncs of a statement."""
VERSIONS_STEP = 100
"""Versions of a statement: each has an export."""


class Retention:
    """Any number of processes do it side by side; `pause`: seconds between steps."""

    def __init__(self, history: History, kept: Kept, pause: float = 0.2) -> None:
        self._history = history
        self._kept = kept
        self._pause = pause

    async def sweep(self) -> None:
        """All that is old enough. Raises Unavailable."""
        kept = self._kept
        if kept.sync_seconds:
            await self._delete_all("syncs", lambda: self._history.delete_syncs(kept.sync_seconds, STEP))
        if kept.version_seconds:
            await self._delete_all(
                "versions",
                lambda: self._history.delete_versions(kept.version_seconds, kept.versions, VERSIONS_STEP),
            )

    async def _delete_all(self, of: str, delete: Callable[[], Awaitable[int]]) -> None:
        while deleted := await delete():
            logger.info("history deleted", rows=deleted, of=of)
            await asyncio.sleep(self._pause)
