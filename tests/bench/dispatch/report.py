"""The figures as a part of `docs/benchmarks.md`."""

from collections.abc import Callable, Sequence
from statistics import median

from bench.dispatch.runs import Cost, Costs
from bench.document import Part, verdict

PART = Part("dispatch", "python -m bench.dispatch")
AIM = 1.2

_ROWS: list[tuple[str, Callable[[Costs], Cost]]] = [
    ("published at once: request → confirmed", lambda run: run.direct),
    ("kept back: request → stored", lambda run: run.insert),
    ("dispatched: end of the hold → confirmed", lambda run: run.dispatch),
    ("**kept back, and dispatched later**", lambda run: run.insert + run.dispatch),
]


def rendered(where: str, jobs: int, runs: Sequence[Costs]) -> str:
    lines = [
        "## What it costs to dispatch a backlog",
        "",
        (
            f"{where} {jobs:,} jobs of five tenants, published at once, or kept back by a hold and dispatched when "
            "it is lifted; the ledger and the dispatcher of one gateway, without HTTP. "
            f"{len(runs)} alternating runs; medians."
        ),
        "",
        "| CPU per job, ms | gateway | PostgreSQL | RabbitMQ | jobs/s |",
        "|---|---:|---:|---:|---:|",
        *(_line(title, jobs, [of(run) for run in runs]) for title, of in _ROWS),
        "",
        *_aim([run.ratio for run in runs], [run.dispatch.gateway / run.direct.gateway for run in runs]),
    ]
    return "\n".join(lines)


def _line(title: str, jobs: int, costs: Sequence[Cost]) -> str:
    cpu = [median(of) for of in zip(*((cost.gateway, cost.postgres, cost.rabbitmq) for cost in costs), strict=True)]
    rate = median(jobs / cost.seconds for cost in costs)
    return f"| {title} | {' | '.join(f'{each:.3f}' for each in cpu)} | {rate:,.0f} |"


def _aim(ratios: Sequence[float], alone: Sequence[float]) -> list[str]:
    ratio = median(ratios)
    return [
        "| aim | measured | each run | |",
        "|---|---:|---|---|",
        (
            f"| the gateway's CPU for a job that waited, of that for one published at once: at most {AIM} "
            f"| {ratio:.2f} | {_each(ratios)} | {verdict(ratio, AIM)} |"
        ),
        f"| the dispatch alone, of publishing at once | {median(alone):.2f} | {_each(alone)} | |",
    ]


def _each(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
