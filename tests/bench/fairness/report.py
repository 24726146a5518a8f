"""The figures as a part of `docs/benchmarks.md`."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.document import Part, verdict
from bench.fairness.probing import Probe

PART = Part("fairness", "python -m bench.fairness")
AIM_MS = 2_000.0


@dataclass(frozen=True)
class Scenario:
    """The same probes on an idle system, and while a backlog waits."""

    title: str
    aim: str
    idle: Sequence[Probe]
    behind: Sequence[Probe]

    @property
    def delay(self) -> float:
        """Milliseconds by which the slowest probe took longer than it usually does on an idle system."""
        return max(_times(self.behind)) - median(_times(self.idle))


def rendered(where: str, scenarios: Sequence[Scenario]) -> str:
    lines = [
        "## Fairness",
        "",
        f"{where} The gateway, one generator with 50 slots, the monitor; the provider answers in 200 ms.",
        "",
        "| submit → completed, ms | median | longest | jobs that waited |",
        "|---|---:|---:|---:|",
        *(line for scenario in scenarios for line in _lines(scenario)),
        "",
        "| aim | measured | |",
        "|---|---:|---|",
        *(_aim(scenario) for scenario in scenarios),
    ]
    return "\n".join(lines)


def _lines(scenario: Scenario) -> list[str]:
    return [
        _line(f"{scenario.title}, idle system", scenario.idle),
        _line(f"{scenario.title}, beside the backlog", scenario.behind),
    ]


def _line(title: str, probes: Sequence[Probe]) -> str:
    times = _times(probes)
    least, most = min(probe.waiting for probe in probes), max(probe.waiting for probe in probes)
    waiting = f"{least:,} to {most:,}" if most else "none"
    return f"| {title} | {median(times):.0f} | {max(times):.0f} | {waiting} |"


def _aim(scenario: Scenario) -> str:
    return (
        f"| {scenario.aim}: at most {AIM_MS:,.0f} ms | {scenario.delay:,.0f} ms | {verdict(scenario.delay, AIM_MS)} |"
    )


def _times(probes: Sequence[Probe]) -> list[float]:
    return [probe.milliseconds for probe in probes]
