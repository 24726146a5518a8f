"""Who may call now: the calls of an account queue up, first come, first served, behind its pace."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from . import pace as paces
from .pace import Pace
from .ports import Meter


class Slot:
    """A call that is going on. What becomes of it sets the pace; nothing does where it was cancelled."""

    def __init__(self, pacing: "Pacing", started: float) -> None:
        self._pacing = pacing
        self._started = started

    def succeeded(self) -> None:
        self._pacing.turn(paces.succeeded)

    def failed(self) -> None:
        """A 5xx, or no answer."""
        self._pacing.turn(lambda pace: paces.failed(pace, self._started, self._pacing.now()))

    def pushed_back(self, wait: float | None) -> None:
        """A 429. `wait`: seconds that Zuora asked for, capped."""
        self._pacing.turn(lambda pace: paces.pushed_back(pace, self._started, self._pacing.now(), wait))

    def told(self, remaining: int, seconds: float) -> None:
        """So many calls remain for so many seconds (capped)."""
        self._pacing.turn(lambda pace: paces.told(pace, remaining, seconds, self._pacing.now()))


class Pacing:
    """Of one account: one object per process, whatever environments and jobs call."""

    def __init__(self, pace: Pace, meter: Meter, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._pace = pace
        self._meter = meter
        self._calls = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """A place among the calls at once; waits for it."""
        await self._entered()
        try:
            yield Slot(self, self.now())
        finally:
            self._leave()

    def turn(self, change: Callable[[Pace], Pace]) -> None:
        before, self._pace = self._pace, change(self._pace)
        if int(before.limit) != int(self._pace.limit):
            self._meter.limited(int(self._pace.limit))
        self._admit()

    async def _entered(self) -> None:
        if not self._waiting and self._calls < self._pace.allowed(self.now()):
            self._calls += 1
            return
        started = self.now()
        closed = self._pace.allowed(started) == 0
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            self._give_up(place)
            raise
        finally:
            self._meter.waited("rate_limit" if closed else "slot", self.now() - started)

    def _give_up(self, place: "asyncio.Future[None]") -> None:
        if place.cancelled():
            self._waiting = deque(other for other in self._waiting if other is not place)
        else:
            self._leave()  # it was let in, and cancelled before it knew

    def _leave(self) -> None:
        self._calls -= 1
        self._admit()

    def _admit(self) -> None:
        """Lets in whoever may call now, and wakes up when that changes by time alone."""
        now = self.now()
        allowed = self._pace.allowed(now)
        while self._waiting and self._calls < allowed:
            place = self._waiting.popleft()
            if not place.done():
                self._calls += 1
                place.set_result(None)
        if self._waiting and allowed == 0:
            self._wake_at(self._pace.opens_at(now), now)

    def _wake_at(self, when: float, now: float) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(max(when - now, 0.001), self._admit)
