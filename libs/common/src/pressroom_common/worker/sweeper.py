"""Finds runs whose holder died. Level-triggered: an orphan is told again every period, for as long as it is one."""

import time

from pressroom_common.errors import Unavailable

from .ports import Runs
from .service import Worker

_CALM = 2


class Sweeper:
    """After a gap (the database was away, or this process was stopped) it waits for two good pings.

    The others must have had the time to renew: or a long outage would orphan everything.
    """

    def __init__(self, runs: Runs, worker: Worker, period: float) -> None:
        self._runs = runs
        self._worker = worker
        self._period = period
        self._good = 0
        self._last = time.monotonic()

    async def sweep(self) -> None:
        now = time.monotonic()
        if now - self._last > 3 * self._period:
            self._good = 0
        self._last = now
        try:
            await self._runs.ping()
            if self._good >= _CALM:
                await self._worker.sweep()
            self._good += 1
        except Unavailable:
            self._good = 0
            raise
