"""From the outcomes of some runs to the figures that are compared: percentiles of a run, medians of the runs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import median

from bench.plan import Outcome, Sample

MEGABYTE = 1024 * 1024
WORKERS = ("worker", "generator")


@dataclass(frozen=True)
class Figures:
    """Of one run, or the median of some: milliseconds; CPU milliseconds per job; peak memory in MB.

    NaN is what was not measured.
    """

    jobs_per_second: float
    post_p50: float
    post_p95: float
    post_p99: float
    completed_p50: float
    completed_p95: float
    completed_p99: float
    cpu_gateway: float
    cpu_workers: float
    cpu_both: float
    cpu_monitor: float
    cpu_rabbitmq: float
    cpu_postgres: float
    memory_gateway: float
    memory_worker: float
    memory_monitor: float


def figures_of(outcome: Outcome) -> Figures:
    gateway, workers = _cpu(outcome, "gateway"), _cpu(outcome, *WORKERS)
    return Figures(
        jobs_per_second=outcome.jobs / outcome.seconds,
        post_p50=percentile(outcome.post_ms, 0.50),
        post_p95=percentile(outcome.post_ms, 0.95),
        post_p99=percentile(outcome.post_ms, 0.99),
        completed_p50=percentile(outcome.completed_ms, 0.50),
        completed_p95=percentile(outcome.completed_ms, 0.95),
        completed_p99=percentile(outcome.completed_ms, 0.99),
        cpu_gateway=gateway,
        cpu_workers=workers,
        cpu_both=gateway + workers,
        cpu_monitor=_cpu(outcome, "monitor"),
        cpu_rabbitmq=_cpu(outcome, "rabbitmq"),
        cpu_postgres=_cpu(outcome, "postgres"),
        memory_gateway=_peak(outcome, "gateway"),
        memory_worker=_peak(outcome, *WORKERS),
        memory_monitor=_peak(outcome, "monitor"),
    )


def median_of(runs: Sequence[Figures]) -> Figures:
    """Figure by figure."""
    return Figures(**{field.name: median(getattr(run, field.name) for run in runs) for field in fields(Figures)})


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by that share of them (nearest rank)."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass(frozen=True)
class Growth:
    """Resident memory of one process in MB: before the load, and after a quarter and all of its jobs."""

    process: str
    idle: float
    quarter: float
    end: float


def growth_of(outcome: Outcome) -> list[Growth]:
    """Of the system's own processes."""
    at = [_sample_at(outcome, share) for share in (0, 0.25, 1)]
    own = [name for name in at[0].memory if name not in {"rabbitmq", "postgres"}]
    return [Growth(name, *(sample.memory[name] / MEGABYTE for sample in at)) for name in own]


def _sample_at(outcome: Outcome, share: float) -> Sample:
    return next(sample for sample in outcome.samples if sample.answered >= share * outcome.jobs)


def _cpu(outcome: Outcome, *roles: str) -> float:
    spent = _of_roles(outcome.cpu_seconds, roles)
    return sum(spent) / outcome.jobs * 1000 if spent else math.nan


def _peak(outcome: Outcome, *roles: str) -> float:
    """Of the largest process in that role."""
    seen = [memory for sample in outcome.samples for memory in _of_roles(sample.memory, roles)]
    return max(seen) / MEGABYTE if seen else math.nan


def _of_roles(values: Mapping[str, float], roles: Sequence[str]) -> list[float]:
    return [value for name, value in values.items() if name.rpartition("-")[0] in roles or name in roles]
