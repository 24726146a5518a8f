"""What the load process is told, and what it tells: JSON on its standard input and output."""

from typing import Literal

import msgspec


class Plan(msgspec.Struct, frozen=True):
    """Busy: `jobs` submitted by `clients` at once. Paced: `jobs` at `rate` a second, whatever the answers take.

    `provider` is the fake provider's origin, `provider_ms` its latency; `processes` are the ids to measure, by name.
    """

    kind: Literal["busy", "paced"]
    origin: str
    headers: dict[str, str]
    provider: str
    provider_ms: float
    processes: dict[str, int]
    jobs: int
    clients: int = 64
    rate: float = 50
    sampled: int = 5  # paced: every so-manyth job is followed to its end


class Sample(msgspec.Struct, frozen=True):
    """Resident memory in bytes by process, when the provider had answered so many calls."""

    answered: int
    memory: dict[str, int]


class Outcome(msgspec.Struct, frozen=True):
    """Times in milliseconds; `seconds` from the first submission to the last completion; CPU in seconds by process."""

    jobs: int
    seconds: float
    post_ms: list[float]
    completed_ms: list[float]
    cpu_seconds: dict[str, float]
    samples: list[Sample]
