"""Why a job may not go out yet. The dispatcher and `GET /v1/jobs/{id}/why` ask the same function. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pressroom_common.contracts import Lane, lane_queue

from .job import Job

Scope = Literal["lane", "kind", "tenant"]
ObstacleCode = Literal[
    "paused", "scheduled", "backing_off", "snoozed", "lane_full", "tenant_cap", "tenant_limit", "concurrency_key"
]


class Taken(Struct, frozen=True):
    """Jobs of a tenant that are out, in one queue."""

    queue: str
    tenant_id: UUID
    jobs: int


class Hold(Struct, frozen=True):
    """A pause of all jobs of a lane, a kind or a tenant."""

    scope: Scope
    name: str
    """The lane, the kind, or the tenant's id."""
    held_by: str
    held_at: datetime


class Slots(Struct, frozen=True):
    """Jobs that the living workers of a service can work on at a time, in one lane."""

    service: str
    lane: Lane
    slots: int
    workers: int


class TenantLimit(Struct, frozen=True):
    """Jobs of one tenant that may be out, instead of the settings' number."""

    tenant_id: UUID
    jobs: int


class Load(Struct, frozen=True):
    """What is out and what is held, at one moment."""

    taken: tuple[Taken, ...] = ()
    limits: tuple[TenantLimit, ...] = ()
    holds: tuple[Hold, ...] = ()
    slots: tuple[Slots, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """How many jobs of a queue may be out, in all and of one tenant."""

    size: int
    cap: int


@dataclass(frozen=True)
class Limits:
    """Numbers from the settings."""

    smallest_window: int = 200
    window_per_slot: float = 4.0
    tenant_share: float = 0.5
    """Of a window."""
    tenant_jobs: int = 1_000
    """Of a tenant that are out at a time, over all lanes."""

    def window(self, slots: int) -> Window:
        size = max(self.smallest_window, round(self.window_per_slot * slots))
        return Window(size, max(1, round(size * self.tenant_share)))


@dataclass(frozen=True, slots=True)
class Obstacle:
    code: ObstacleCode
    what: str = ""
    """Which lane, kind, tenant or key."""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    out: int | None = None
    """Jobs that are out, of …"""
    of: int | None = None


@dataclass(slots=True)
class _Own:
    """Jobs of a tenant that are out."""

    jobs: int = 0
    by_queue: Counter[str] = field(default_factory=Counter)


@dataclass
class Capacity:
    """What is free at one moment; `take` fills it up."""

    load: Load
    windows: Mapping[str, Window]
    """By queue."""
    tenant_jobs: int
    busy_keys: set[tuple[UUID, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._limits = {limit.tenant_id: limit.jobs for limit in self.load.limits}
        self._holds = {(hold.scope, hold.name): hold for hold in self.load.holds}
        self._in_queue: Counter[str] = Counter()
        self._of_tenant: defaultdict[UUID, _Own] = defaultdict(_Own)
        for taken in self.load.taken:
            self._count(taken.queue, taken.tenant_id, taken.jobs)

    def take(self, job: Job) -> None:
        self._count(job.queue, job.tenant_id, 1)
        if job.concurrency_key is not None:
            self.busy_keys.add((job.tenant_id, job.concurrency_key))

    def out(self, queue: str) -> int:
        return self._in_queue[queue]

    def obstacles(self, job: Job, now: datetime) -> Iterable[Obstacle]:
        """All that holds a job back; none: it may go. What is out has its place already."""
        yield from self.held(job)
        if job.run_at is not None and job.run_at > now:
            code: ObstacleCode = "snoozed" if job.out else "backing_off" if job.error is not None else "scheduled"
            yield Obstacle(code, until=job.run_at)
        if not job.out:
            yield from self._full(job)

    def closed(self, job: Job) -> bool:
        """Whether the lane of a job, to which it comes from another one, is held or full."""
        return any(self.held(job)) or any(obstacle.code != "tenant_limit" for obstacle in self._full(job))

    def held(self, job: Job) -> Iterable[Obstacle]:
        """The pauses that it is under."""
        if job.held_by is not None:
            yield Obstacle("paused", "job", job.held_by, job.held_at)
        if not self._holds:
            return
        names: tuple[tuple[Scope, str], ...] = (
            ("lane", job.lane),
            ("kind", job.kind),
            ("tenant", str(job.tenant_id)),
        )
        for scope, name in names:
            hold = self._holds.get((scope, name))
            if hold is not None:
                yield Obstacle("paused", scope, hold.held_by, hold.held_at)

    def _full(self, job: Job) -> Iterable[Obstacle]:
        queue, own = job.queue, self._of_tenant[job.tenant_id]
        window = self.windows[queue]
        if self._in_queue[queue] >= window.size:
            yield Obstacle("lane_full", job.lane, out=self._in_queue[queue], of=window.size)
        if own.by_queue[queue] >= window.cap:
            yield Obstacle("tenant_cap", job.lane, out=own.by_queue[queue], of=window.cap)
        limit = self._limits.get(job.tenant_id, self.tenant_jobs)
        if own.jobs >= limit:
            yield Obstacle("tenant_limit", out=own.jobs, of=limit)
        if job.concurrency_key is not None and (job.tenant_id, job.concurrency_key) in self.busy_keys:
            yield Obstacle("concurrency_key", job.concurrency_key)

    def _count(self, queue: str, tenant_id: UUID, jobs: int) -> None:
        self._in_queue[queue] += jobs
        own = self._of_tenant[tenant_id]
        own.jobs += jobs
        own.by_queue[queue] += jobs


class Windows:
    """The windows of all queues, as the workers that are known have it."""

    def __init__(self, limits: Limits, queues: Iterable[str]) -> None:
        self.limits = limits
        self.by_queue = dict.fromkeys(queues, limits.window(0))

    def follow(self, load: Load) -> None:
        """The workers have changed, perhaps."""
        slots = {lane_queue(each.service, each.lane): each.slots for each in load.slots}
        self.by_queue = {queue: self.limits.window(slots.get(queue, 0)) for queue in self.by_queue}

    def capacity(self, load: Load) -> Capacity:
        return Capacity(load, self.by_queue, self.limits.tenant_jobs)
