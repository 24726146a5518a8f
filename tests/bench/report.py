"""The figures as a part of `docs/benchmarks.md`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.document import Part, verdict
from bench.figures import Figures, Growth

PART = Part("bench", "make bench")

Row = tuple[str, Callable[[Figures], float], str]

TIMES: list[Row] = [
    ("POST p50, ms", lambda f: f.post_p50, ".1f"),
    ("POST p95, ms", lambda f: f.post_p95, ".1f"),
    ("POST p99, ms", lambda f: f.post_p99, ".1f"),
]
CPU: list[Row] = [
    ("CPU per job, ms: **gateway + workers**", lambda f: f.cpu_both, ".2f"),
    ("of these: gateway", lambda f: f.cpu_gateway, ".2f"),
    ("of these: both workers", lambda f: f.cpu_workers, ".2f"),
    ("apart: monitor", lambda f: f.cpu_monitor, ".2f"),
    ("apart: RabbitMQ", lambda f: f.cpu_rabbitmq, ".2f"),
    ("apart: PostgreSQL", lambda f: f.cpu_postgres, ".2f"),
]
MEMORY: list[Row] = [
    ("peak memory, MB: gateway", lambda f: f.memory_gateway, ".0f"),
    ("peak memory, MB: the larger worker", lambda f: f.memory_worker, ".0f"),
    ("peak memory, MB: monitor", lambda f: f.memory_monitor, ".0f"),
]
BUSY: list[Row] = [("jobs per second", lambda f: f.jobs_per_second, ".0f"), *TIMES, *CPU, *MEMORY]
PACED: list[Row] = [
    ("submit → completed p50, ms", lambda f: f.completed_p50, ".1f"),
    ("submit → completed p95, ms", lambda f: f.completed_p95, ".1f"),
    ("submit → completed p99, ms", lambda f: f.completed_p99, ".1f"),
    *TIMES,
    *CPU,
]


@dataclass(frozen=True)
class Comparison:
    """Medians of both systems in one scenario, and the total CPU per job of every run, to show the noise."""

    title: str
    pressroom: Figures | None
    floor: Figures
    runs: str


@dataclass(frozen=True)
class Report:
    date: str
    machine: str
    command: str
    provider_ms: float
    busy: Comparison
    paced: Comparison
    growth: Sequence[Growth]
    growth_jobs: int


def rendered(report: Report) -> str:
    parts = [
        f"Measured on {report.date}: {report.machine}. Command: `{report.command}`.",
        _table(report.busy, BUSY),
        _table(report.paced, PACED),
        *([_growth_table(report)] if report.growth else []),
        *([_aims(report)] if report.busy.pressroom else []),
    ]
    return "\n\n".join(parts)


def _table(comparison: Comparison, rows: Sequence[Row]) -> str:
    lines = [f"## {comparison.title}", "", "| | Pressroom | floor | ratio |", "|---|---:|---:|---:|"]
    for label, of, form in rows:
        ours = of(comparison.pressroom) if comparison.pressroom else math.nan
        theirs = of(comparison.floor)
        lines.append(f"| {label} | {_number(ours, form)} | {_number(theirs, form)} | {_number(ours / theirs, '.2f')} |")
    return "\n".join([*lines, "", comparison.runs])


def _growth_table(report: Report) -> str:
    lines = [
        f"## Memory over {report.growth_jobs:,} jobs",
        "",
        "| resident memory, MB | idle | at 25 % | at 100 % | from 25 % to 100 % |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in report.growth:
        change = (row.end / row.quarter - 1) * 100
        lines.append(f"| {row.process} | {row.idle:.0f} | {row.quarter:.0f} | {row.end:.0f} | {change:+.1f} % |")
    return "\n".join(lines)


def _aims(report: Report) -> str:
    lines = ["## Aims", "", "| aim | measured | |", "|---|---:|---|"]
    for aim, measured, limit, unit in _measured_aims(report):
        lines.append(f"| {aim} | {measured:.2f}{unit} | {verdict(measured, limit)} |")
    return "\n".join(lines)


def _measured_aims(report: Report) -> list[tuple[str, float, float, str]]:
    busy, paced = report.busy, report.paced
    assert busy.pressroom is not None
    assert paced.pressroom is not None
    growth = max((row.end / row.quarter for row in report.growth), default=math.nan)
    return [
        ("CPU per job busy, of the floor's: at most 0.8", busy.pressroom.cpu_both / busy.floor.cpu_both, 0.8, ""),
        (
            "CPU per job at 50/s, of the floor's: at most 1.25",
            paced.pressroom.cpu_both / paced.floor.cpu_both,
            1.25,
            "",
        ),
        ("POST p99 at 64 clients, of the floor's: at most 0.5", busy.pressroom.post_p99 / busy.floor.post_p99, 0.5, ""),
        (
            "submit → completed at 50/s, p50, beyond the provider's latency: at most 15 ms",
            paced.pressroom.completed_p50 - report.provider_ms,
            15,
            " ms",
        ),
        ("memory after all jobs, of that after a quarter of them: at most 1.1", growth, 1.1, ""),
    ]


def _number(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form)
