"""The figures as a part of `docs/benchmarks.md`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.document import Part
from bench.fold_rate.stages import Pace

PART = Part("fold rate", "python -m bench.fold_rate")
AIM = 20_000


@dataclass(frozen=True)
class Shares:
    """One run."""

    broker: Pace
    fold: Pace
    whole: Pace


def rendered(where: str, events: int, packed: int, runs: Sequence[Shares]) -> str:
    stages: list[tuple[str, Callable[[Shares], Pace]]] = [
        ("broker's share: taken, decoded, acked", lambda run: run.broker),
        ("fold's share: from memory into PostgreSQL", lambda run: run.fold),
        ("**the monitor as delivered**", lambda run: run.whole),
    ]
    lines = [
        "## Events that one monitor folds",
        "",
        (
            f"{where} {events:,} events, {packed} a message and no job twice in a batch, {len(runs)} runs; medians. "
            "Command: `python -m bench.fold_rate`, in `tests`."
        ),
        "",
        "| one process | events/s | CPU µs per event: monitor | PostgreSQL | RabbitMQ |",
        "|---|---:|---:|---:|---:|",
        *(_line(title, [of(run) for run in runs]) for title, of in stages),
        "",
        _verdict([run.whole.events_per_second for run in runs]),
    ]
    return "\n".join(lines)


def _line(title: str, paces: Sequence[Pace]) -> str:
    cpu = " | ".join(f"{median(pace.cpu[name] for pace in paces):.1f}" for name in ("monitor", "postgres", "rabbitmq"))
    return f"| {title} | {median(pace.events_per_second for pace in paces):,.0f} | {cpu} |"


def _verdict(rates: Sequence[float]) -> str:
    each = ", ".join(f"{rate:,.0f}" for rate in rates)
    return f"Aim: at least {AIM:,} events/s from a real broker. The runs: {each}."
