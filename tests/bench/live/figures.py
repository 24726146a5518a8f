"""From a run's streams to the figures that are compared. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.figures import percentile
from bench.live.metering import Spent
from bench.live.streams import Pace, Run


@dataclass(frozen=True)
class Figures:
    """Of one run, or the medians of some."""

    wall: float
    """From the first request to the last stream's end, of what one stream takes by itself."""
    lag_p50: float
    """Milliseconds from the time when the provider is to send a token until its client has it."""
    lag_p99: float
    deltas: float
    """Pieces of text that clients got, of the tokens that the provider sent."""
    faults: float
    """Streams with a delta that did not go on where the text ended, or without the last word."""
    cpu: Mapping[str, float]
    """Microseconds by process for each delta, with what it costs to begin and to end the streams."""
    steady: Mapping[str, float]
    """The same while all streams flow, of the processes that were looked at then."""
    cores: Mapping[str, float]
    """Cores that each process kept busy from the first request to the last end."""


def figures_of(run: Run, pace: Pace) -> Figures:
    lags = lags_of(run, pace)
    deltas = [at for each in run.heard for at in each.deltas]
    return Figures(
        wall=(max(each.ended for each in run.heard) - min(each.began for each in run.heard)) / pace.ideal,
        lag_p50=percentile(lags, 0.50),
        lag_p99=percentile(lags, 0.99),
        deltas=len(deltas) / len(lags),
        faults=sum(bool(each.faults) or each.ending != "result" for each in run.heard),
        cpu=_per_delta(run.whole, deltas),
        steady=_per_delta(run.steady, deltas),
        cores={name: run.whole.cores(name) for name in run.whole.cpu},
    )


def lags_of(run: Run, pace: Pace) -> list[float]:
    """Of every token, in milliseconds."""
    return [
        (at - pace.due(run.called[each.number], token)) * 1000
        for each in run.heard
        for token, at in enumerate(each.tokens)
    ]


def _per_delta(spent: Spent, deltas: Sequence[float]) -> dict[str, float]:
    """NaN where none came."""
    count = sum(spent.began <= at <= spent.ended for at in deltas) or math.nan
    return {name: cpu / count * 1e6 for name, cpu in spent.cpu.items()}


def medians_of(runs: Sequence[Figures]) -> Figures:
    """Figure by figure."""
    return Figures(
        wall=median(run.wall for run in runs),
        lag_p50=median(run.lag_p50 for run in runs),
        lag_p99=median(run.lag_p99 for run in runs),
        deltas=median(run.deltas for run in runs),
        faults=sum(run.faults for run in runs),
        cpu=_medians([run.cpu for run in runs]),
        steady=_medians([run.steady for run in runs]),
        cores=_medians([run.cores for run in runs]),
    )


def _medians(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: median(values[name] for values in each) for name in each[0]}


def of_all(values: Mapping[str, float], *roles: str) -> float:
    """Of all processes in these roles: `generator-1` is a generator."""
    return sum(value for name, value in values.items() if name in roles or name.rpartition("-")[0] in roles)


def in_short(figures: Figures) -> str:
    cpu = ", ".join(f"{name} {each:.1f}" for name, each in figures.cpu.items() if each > 1)
    return (
        f"wall {figures.wall:.2f}, lag {figures.lag_p50:.0f} and {figures.lag_p99:.0f} ms, "
        f"{figures.deltas:.2f} deltas a token, faults {figures.faults:.0f}, CPU µs a delta: {cpu}"
    )
