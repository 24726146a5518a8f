"""Keeps the gauges current, and the list of workers short."""

import time

from .measures import StateMetrics
from .ports import History, Reads


class Gauges:
    def __init__(self, reads: Reads, history: History, metrics: StateMetrics, forget: float) -> None:
        """`forget`: seconds after which a worker that is not heard of is dropped."""
        self._reads = reads
        self._history = history
        self._metrics = metrics
        self._forget = forget

    async def refresh(self) -> None:
        """Raises Unavailable; the gauges then stay as they were."""
        await self._history.forget_workers(self._forget)
        self._metrics.show_jobs(await self._reads.job_counts())
        self._metrics.show_workers(await self._reads.workers(), time.time())
