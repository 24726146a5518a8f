"""Pauses of lanes, kinds and tenants, and how the lanes stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args

from pressroom_common.contracts import KINDS, Lane
from pressroom_gateway.problems import Problem

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


_KNOWN: dict[Scope, tuple[str, ...]] = {"lane": get_args(Lane), "kind": KINDS}


class Holding:
    """`wake` is the dispatcher's. Raises Problem for a lane or a kind that there is not."""

    def __init__(self, places: Places, windows: Windows, wake: Callable[[], None]) -> None:
        self._places = places
        self._windows = windows
        self._wake = wake

    async def pause(self, scope: Scope, name: str, who: str) -> None:
        """Nothing more of it goes out; what is out goes on."""
        _check_known(scope, name)
        await self._places.hold(scope, name, who)

    async def resume(self, scope: Scope, name: str) -> None:
        """Also of a kind that there is no more: it may have been paused before."""
        if await self._places.release(scope, name):
            self._wake()
        else:
            _check_known(scope, name)

    async def holds(self) -> Sequence[Hold]:
        return (await self._places.load()).holds

    async def lanes(self) -> list[LaneState]:
        load, waiting = await self._places.load(), await self._places.waiting()
        self._windows.follow(load)
        return [_state(queue, window, load, waiting) for queue, window in self._windows.by_queue.items()]


def _check_known(scope: Scope, name: str) -> None:
    known = _KNOWN.get(scope)
    if known is not None and name not in known:
        raise Problem(404, "not_found", f"There is no {scope} `{name}`. Take one of: {', '.join(known)}.")


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
