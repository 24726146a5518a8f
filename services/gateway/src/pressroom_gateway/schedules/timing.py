"""When a schedule's jobs are made: cron in a time zone, with jitter. Pure.

A slot in the hour that the clocks skip comes right after it; one in the hour that they repeat comes once; a cron whose
minute or hour is `*` or `*/n` goes on through both, as in Debian's cron.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from .cron_faults import fault_of
from .records import Plan, Slot

_FIELDS = 5
_LOOKED_AT = 50
"""Slots that are compared to find the shortest time between two."""


class NeverComes(ValueError):
    """The cron, the time zone or the jitter makes no sense; `field` says which."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check(plan: Plan, now: datetime) -> None:
    """Raises NeverComes."""
    times = [at for at, _ in zip(times_after(plan, now), range(_LOOKED_AT), strict=False)]
    shortest = min((later - earlier for earlier, later in pairwise(times)), default=None)
    if shortest is not None and timedelta(seconds=plan.jitter) >= shortest:
        raise NeverComes("jitter_seconds", f"must be shorter than the {shortest} between two runs")


def next_slot(plan: Plan, schedule_id: UUID, after: datetime) -> Slot:
    """The first whose time is after this one: what was missed until then makes no slots of its own. In UTC.

    Raises NeverComes.
    """
    return next(slots_after(plan, schedule_id, after))


def next_slots(plan: Plan, schedule_id: UUID, after: datetime, count: int) -> list[Slot]:
    return list(islice(slots_after(plan, schedule_id, after), count))


def slots_after(plan: Plan, schedule_id: UUID, after: datetime) -> Iterator[Slot]:
    """Each is due before the time of the next one, which would be missed: around an hour that is skipped, two are
    closer than the plan's others."""
    times = times_after(plan, after)
    at = next(times)
    for following in times:
        most = min(plan.jitter, int((following - at).total_seconds()))
        yield Slot(at=at, due=at + _jitter(most, schedule_id, at))
        at = following
    yield Slot(at=at, due=at + _jitter(plan.jitter, schedule_id, at))


def times_after(plan: Plan, after: datetime) -> Iterator[datetime]:
    """Raises NeverComes, with the first one at the latest."""
    zone = zone_of(plan.timezone)
    if len(plan.cron.split()) != _FIELDS:
        raise NeverComes("cron", "must have five fields: minute, hour, day of month, month, day of week")
    try:
        times = CronSim(plan.cron, after.astimezone(zone))
    except CronSimError as error:
        raise NeverComes("cron", fault_of(plan.cron, error)) from error
    last = after
    for local in times:
        at = local.astimezone(UTC)
        if at > last:  # the library's own time goes back where the clocks do
            last = at
            yield at
    if last == after:
        raise NeverComes("cron", "never comes")


@lru_cache(maxsize=1000)
def zone_of(name: str) -> ZoneInfo:
    """Raises NeverComes."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NeverComes("timezone", "must be one of the IANA database, like Europe/Berlin") from error


def _jitter(most: int, schedule_id: UUID, at: datetime) -> timedelta:
    """Less than `most` seconds; the same at every gateway, so that all agree on when the slot is due."""
    if not most:
        return timedelta()
    digest = hashlib.sha256(schedule_id.bytes + at.isoformat().encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8], "big") % most)
