"""The figures as a part of `docs/benchmarks.md`."""

from bench.document import Part, verdict
from bench.zuora.runs import LATENCY_MS, TASKS, Figures, Run
from bench.zuora.service import CONCURRENCY

PART = Part("zuora", "python -m bench.zuora")
_FASTER = 10.0
_BOUND = 1.5
_ABOVE_IDLE = 128
_LARGE = 512
_MB = 1_000_000


def rendered(where: str, figures: Figures) -> str:
    plain = figures.plain
    what = (
        f"One process of zuora-sync with at most {CONCURRENCY} calls at once to an account; Zuora answers in "
        f"{LATENCY_MS} ms; workflows have {TASKS} tasks. The plain loop makes one call after another and writes row by "
        "row. The bound is what the calls alone take. Commands are sent as the ledger sends them."
    )
    lines = [
        "## Syncs of Zuora",
        "",
        f"{where} {what}",
        "",
        "| | workflows | calls | seconds | bound, s | a second | idle, MB | peak, MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        f"| plain loop | {plain.workflows:,} | | {plain.seconds:.1f} | | {1 / plain.each:.0f} | | |",
        *(_line(run) for run in figures.runs),
        "",
        "| aim | measured | |",
        "|---|---:|---|",
        *_aims(figures),
    ]
    return "\n".join(lines)


def _aims(figures: Figures) -> list[str]:
    first, again = figures.first, figures.again
    faster = figures.plain.each * first.workflows / first.seconds
    above = (max(run.peak for run in figures.small) - first.idle) / _MB
    largest = max(figures.large.peak, figures.large_changed.peak) / _MB
    of_bound = first.seconds / first.bound
    pages = sum(each.pages for each in again.results)
    return [
        _aim(
            f"{first.workflows:,} workflows at least {_FASTER:.0f} times as fast",
            f"{faster:.1f}",
            verdict(_FASTER, faster),
        ),
        _aim(f"within {_BOUND} of the bound", f"{of_bound:.2f}", verdict(of_bound, _BOUND)),
        _aim(
            "with nothing changed, the list pages alone", f"{again.calls} of {pages} calls", verdict(again.calls, pages)
        ),
        _aim(f"memory less than {_ABOVE_IDLE} MB above idle", f"{above:.0f} MB", verdict(above, _ABOVE_IDLE)),
        _aim(
            f"less than {_LARGE} MB with an export of 30 MB",
            f"{largest:.0f} MB",
            verdict(largest, _LARGE),
        ),
    ]


def _aim(what: str, measured: str, verdict_: str) -> str:
    return f"| {what} | {measured} | {verdict_} |"


def _line(run: Run) -> str:
    return (
        f"| {run.name} | {run.workflows:,} | {run.calls:,} | {run.seconds:.2f} | {run.bound:.2f} | "
        f"{run.workflows / run.seconds:.0f} | {run.idle / _MB:.0f} | {run.peak / _MB:.0f} |"
    )
