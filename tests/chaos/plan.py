"""What a run does, thrown with its seed: the jobs, what people do to them, and the order of the faults.

The same seed gives the same plan. When exactly each thing meets which is the machine's affair.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from pressroom_common.contracts import Lane

TENANTS = ("demo", "acme", "zenith")
LANES: tuple[Lane, ...] = ("high", "default", "low")
HELD = (*(f"lanes/{lane}" for lane in LANES), "tenants/acme", "kinds/generation.prompt")
"""Paths below `/v1/admin`."""
LEASE_SECONDS = 6.0
BULKS = 8
SCHEMA = {
    "type": "object",
    "required": ["title", "facts"],
    "properties": {"title": {"type": "string"}, "facts": {"type": "array", "items": {"type": "string"}}},
}

Mode = Literal[
    "async",
    "sync",  # the client waits for the finished text
    "stream",  # or sees it grow
]
StepKind = Literal[
    "cancel",  # whether it waits or runs
    "pause",
    "resume",
    "to lane",
    "to time",
    "retry",  # by hand, once it has failed or was cancelled
    "again",  # the same request with the same key
]
FaultKind = Literal[
    "kill generator", "kill gateway", "kill monitor", "kill broker", "restart database", "stop generator", "duplicate"
]


@dataclass(frozen=True)
class Step:
    """What somebody does to a job, so many seconds after what was done before."""

    kind: StepKind
    after: float
    lane: Lane = "default"
    run_in: float = 0.0


@dataclass(frozen=True)
class Wish:
    """One job. `run_in` in seconds; `failures` are what the provider does to it, in the fake provider's words."""

    number: int
    tenant: str
    lane: Lane
    run_in: float | None
    has_key: bool
    has_schema: bool
    mode: Mode
    failures: tuple[dict[str, Any], ...]
    steps: tuple[Step, ...]

    @property
    def mark(self) -> str:
        """In its text, and in no other's."""
        return f"bridge {self.number:05}."

    @property
    def scenario(self) -> list[dict[str, Any]]:
        return [failure | {"match": self.mark} for failure in self.failures]


@dataclass(frozen=True)
class Fault:
    """After a pause, to the `target`-th process of its kind, which stays away for so many seconds."""

    kind: FaultKind
    target: int
    pause: float
    away: float


@dataclass(frozen=True)
class Hold:
    """An administrator pauses all of it after so many seconds, for so many."""

    what: str
    after: float
    seconds: float


@dataclass(frozen=True)
class Bulk:
    """An administrator does it after so many seconds to the jobs of a tenant that were made within the last ones."""

    action: Literal["cancel", "retry"]
    tenant: str
    after: float
    seconds: float


@dataclass(frozen=True)
class Plan:
    seed: int
    stream: tuple[Wish, ...]
    """One after the other, while the faults happen."""
    flood: tuple[Wish, ...]
    """All at once, before the broker loses its data."""
    on_servers: tuple[Fault, ...]
    on_processes: tuple[Fault, ...]
    """At the same time as those on the servers."""
    holds: tuple[Hold, ...]
    bulks: tuple[Bulk, ...]

    @property
    def wishes(self) -> tuple[Wish, ...]:
        return self.stream + self.flood


def plan(seed: int, jobs: int, flood: int) -> Plan:
    """`flood` of the jobs come at once."""
    dice = random.Random(seed)
    wishes = [_wish(dice, number) for number in range(jobs)]
    return Plan(
        seed=seed,
        stream=tuple(wishes[: jobs - flood]),
        flood=tuple(replace(wish, run_in=None, failures=()) for wish in wishes[jobs - flood :]),
        on_servers=_faults(dice, _ON_SERVERS),
        on_processes=_faults(dice, _ON_PROCESSES),
        holds=tuple(Hold(what, dice.uniform(5, 80), dice.uniform(3, 8)) for what in HELD),
        bulks=tuple(_bulks(dice)),
    )


_FAILURES: tuple[tuple[float, tuple[dict[str, Any], ...]], ...] = (
    (0.74, ()),
    (0.05, ({"kind": "rate_limited", "retry_after": 1.5, "times": 2},)),
    (0.04, ({"kind": "rate_limited", "times": 2},)),
    (0.05, ({"status": 500, "times": 2},)),
    (0.04, ({"status": 500, "times": 4},)),  # as often as there are tries
    (0.02, ({"status": 400},)),
    (0.02, ({"kind": "broken_stream"}, {"kind": "malformed_json"})),
    (0.02, ({"kind": "connection_reset"},)),
    (0.02, ({"status": 503}, {"kind": "rate_limited", "retry_after": 1}, {"kind": "connection_reset"})),
)


_MODES: dict[Mode, float] = {"async": 0.8, "sync": 0.12, "stream": 0.08}


def _wish(dice: random.Random, number: int) -> Wish:
    """Who waits for the end does nothing to the job before."""
    shares, failures = zip(*_FAILURES, strict=True)
    met = dice.choices(failures, shares)[0]
    mode = dice.choices(list(_MODES), list(_MODES.values()))[0]
    has_key = dice.random() < 0.5
    steps = _steps(dice) if mode == "async" else ()
    if met and met[0].get("status") in {400, 500} and dice.random() < 0.6:
        steps = (*steps, Step("retry", 0.5))
    if has_key and dice.random() < 0.2:
        steps = (*steps, Step("again", dice.uniform(0, 2)))
    waits = mode == "async" and dice.random() < (0.5 if steps else 0.12)
    return Wish(
        number=number,
        tenant=dice.choices(TENANTS, (0.5, 0.3, 0.2))[0],
        lane=dice.choices(LANES, (0.25, 0.5, 0.25))[0],
        run_in=dice.uniform(1, 8) if waits else None,
        has_key=has_key,
        has_schema=dice.random() < 0.08,
        mode=mode,
        failures=met,
        steps=steps,
    )


def _steps(dice: random.Random) -> tuple[Step, ...]:
    soon = dice.uniform(0, 2)
    lane, run_in = dice.choice(LANES), dice.uniform(0, 4)
    stories: tuple[tuple[float, tuple[Step, ...]], ...] = (
        (0.76, ()),
        (0.06, (Step("cancel", soon),)),
        (0.03, (Step("cancel", soon), Step("retry", 1.0))),
        (0.05, (Step("pause", soon / 2), Step("resume", dice.uniform(0, 4)))),
        (0.02, (Step("pause", soon / 2), Step("cancel", 1.0))),
        (0.04, (Step("to lane", soon, lane=lane),)),
        (0.04, (Step("to time", soon, run_in=run_in),)),
    )
    shares, steps = zip(*stories, strict=True)
    return tuple(dice.choices(steps, shares)[0])


_ON_SERVERS: tuple[tuple[FaultKind, float], ...] = (
    *(("kill broker", away) for away in (0.0, 0.5, 2.0)),
    *(("restart database", away) for away in (0.0, 1.0)),
    *(("duplicate", seconds) for seconds in (3.0, 4.0, 5.0)),
)
_ON_PROCESSES: tuple[tuple[FaultKind, float], ...] = (
    *(("kill generator", away) for away in (0.0, 1.0, LEASE_SECONDS + 2)),  # its name ends its leases, or they run out
    *(("kill gateway", away) for away in (0.0, 1.0, 3.0)),
    *(("kill monitor", away) for away in (0.0, 1.0, 3.0)),
    ("stop generator", LEASE_SECONDS + 2),
)


def _bulks(dice: random.Random) -> Iterator[Bulk]:
    """A cancel and a retry in turns: the later ones find more that has ended."""
    for turn in range(BULKS):
        action: Literal["cancel", "retry"] = "retry" if turn % 2 else "cancel"
        yield Bulk(action, dice.choice(TENANTS), after=10 + 11 * turn + dice.uniform(0, 8), seconds=dice.uniform(8, 25))


def _faults(dice: random.Random, kinds: tuple[tuple[FaultKind, float], ...]) -> tuple[Fault, ...]:
    """In any order."""
    return tuple(
        Fault(kind, target=dice.randrange(2), pause=dice.uniform(1.5, 5), away=away)
        for kind, away in dice.sample(kinds, k=len(kinds))
    )
