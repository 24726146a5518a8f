"""Pauses of lanes, kinds and tenants, and how the lanes stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args

from pressroom_common.contracts import KINDS, Lane
from pressroom_gateway.problems import not_found

from .capacity import Hold, Load, Scope, Window, Windows
from .ports import Places


@dataclass(frozen=True, slots=True)
class LaneState:
    service: str
    lane: Lane
    window: int
    tenant_cap: int
    out: int
    waiting: int
    slots: int
    workers: int
    paused_by: str | None
    paused_at: datetime | None


class Holding:
    """`wake` is the dispatcher's."""

    def __init__(self, places: Places, windows: Windows, wake: Callable[[], None]) -> None:
        self._places = places
        self._windows = windows
        self._wake = wake

    async def pause(self, scope: Scope, name: str, who: str) -> None:
        """Nothing more of it goes out; what is out goes on."""
        known = {"lane": get_args(Lane), "kind": KINDS}
        if name not in known.get(scope, (name,)):
            raise not_found(scope)
        await self._places.hold(scope, name, who)

    async def resume(self, scope: Scope, name: str) -> None:
        if await self._places.release(scope, name):
            self._wake()

    async def holds(self) -> Sequence[Hold]:
        return (await self._places.load()).holds

    async def lanes(self) -> list[LaneState]:
        load, waiting = await self._places.load(), await self._places.waiting()
        self._windows.follow(load)
        return [_state(queue, window, load, waiting) for queue, window in self._windows.by_queue.items()]


def _state(queue: str, window: Window, load: Load, waiting: Mapping[str, int]) -> LaneState:
    service, _, lane = queue.rpartition(".")
    workers = next((each for each in load.slots if (each.service, each.lane) == (service, lane)), None)
    hold = next((each for each in load.holds if (each.scope, each.name) == ("lane", lane)), None)
    return LaneState(
        service=service,
        lane=cast("Lane", lane),
        window=window.size,
        tenant_cap=window.cap,
        out=sum(taken.jobs for taken in load.taken if taken.queue == queue),
        waiting=waiting.get(queue, 0),
        slots=workers.slots if workers else 0,
        workers=workers.workers if workers else 0,
        paused_by=hold.held_by if hold else None,
        paused_at=hold.held_at if hold else None,
    )
