"""`python -m bench`, from the folder `tests`: runs both systems in turn, prints the figures and writes them down."""

import argparse
import math
import os
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from bench.figures import Figures, Growth, figures_of, growth_of, median_of
from bench.machine import machine, today
from bench.plan import Outcome, Plan
from bench.report import PART, Comparison, Report, rendered
from bench.stack import PROVIDER_MS, TESTS, Stack, end_on_signals, reset_provider, running_stack
from bench.systems import Floor, Pressroom, Running, System

WARM_UP_JOBS = 300

Results = dict[tuple[str, str], list[Figures]]
"""The figures of all runs, by system and scenario."""


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack:
        systems: list[System] = [Floor(stack)] if options.floor_only else [Pressroom(stack), Floor(stack)]
        results = _alternating_runs(stack, systems, options)
        growth = [] if options.floor_only else _growth(stack, systems[0], options.memory_jobs)
        section = rendered(_report(stack, results, growth, options, load))
    say(f"\n{section}\n")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each system; the medians are told")
    parser.add_argument("--jobs", type=int, default=3_000, help="of a busy run")
    parser.add_argument("--clients", type=int, default=64, help="of a busy run")
    parser.add_argument("--rate", type=float, default=50, help="jobs a second of a paced run")
    parser.add_argument("--seconds", type=float, default=30, help="of a paced run")
    parser.add_argument("--memory-jobs", type=int, default=20_000)
    parser.add_argument("--floor-only", action="store_true")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


def _alternating_runs(stack: Stack, systems: Sequence[System], options: argparse.Namespace) -> Results:
    """A, B; B, A; A, B: what drifts on the machine meets both."""
    results: Results = defaultdict(list)
    for number in range(options.runs):
        for system in systems if number % 2 == 0 else systems[::-1]:
            _run_once(stack, system, options, results)
    return results


def _run_once(stack: Stack, system: System, options: argparse.Namespace, results: Results) -> None:
    reset_provider(stack.provider)
    with system.running() as running:
        loaded(_plan(stack, running, kind="busy", jobs=WARM_UP_JOBS))
        busy = _plan(stack, running, kind="busy", jobs=options.jobs, clients=options.clients)
        jobs = round(options.rate * options.seconds)
        paced = _plan(stack, running, kind="paced", jobs=jobs, rate=options.rate)
        for plan in (busy, paced):
            figures = figures_of(loaded(plan))
            results[system.name, plan.kind].append(figures)
            say(f"{system.name} {plan.kind}: {_in_short(figures)}")


def _growth(stack: Stack, system: System, jobs: int) -> list[Growth]:
    reset_provider(stack.provider)
    with system.running() as running:
        return growth_of(loaded(_plan(stack, running, kind="busy", jobs=jobs)))


def _plan(stack: Stack, running: Running, **wanted: object) -> Plan:
    common = {
        "origin": running.origin,
        "headers": running.headers,
        "provider": stack.provider,
        "provider_ms": PROVIDER_MS,
        "processes": {**running.pids, **stack.server_pids},
    }
    return msgspec.convert({**common, **wanted}, Plan)


def loaded(plan: Plan) -> Outcome:
    """What the clients saw, from a process of their own."""
    argv = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(argv, input=msgspec.json.encode(plan), cwd=TESTS, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise SystemExit(f"the {plan.kind} load did not end well")
    return msgspec.json.decode(done.stdout, type=Outcome)


def _report(
    stack: Stack, results: Results, growth: Sequence[Growth], options: argparse.Namespace, load: float
) -> Report:
    command = "make bench" if len(sys.argv) == 1 else f"python -m bench {shlex.join(sys.argv[1:])}"
    return Report(
        date=today(),
        machine=f"{machine(stack.servers)}; load average {load:.1f} before it began",
        command=command,
        provider_ms=PROVIDER_MS,
        busy=_comparison(results, "busy", f"Busy: {options.jobs:,} jobs from {options.clients} clients"),
        paced=_comparison(results, "paced", f"Paced: {options.rate:g} jobs a second for {options.seconds:g} s"),
        growth=growth,
        growth_jobs=options.memory_jobs,
    )


def _comparison(results: Results, kind: str, title: str) -> Comparison:
    ours, theirs = results.get(("pressroom", kind)), results["floor", kind]
    return Comparison(
        title=title,
        pressroom=median_of(ours) if ours else None,
        floor=median_of(theirs),
        runs=f"CPU per job of each run: {_each(ours or [])} (Pressroom), {_each(theirs)} (floor).",
    )


def _each(runs: Sequence[Figures]) -> str:
    return ", ".join(f"{run.cpu_both:.2f}" for run in runs) or "none"


def _in_short(figures: Figures) -> str:
    followed = "" if math.isnan(figures.completed_p50) else f"completed p50 {figures.completed_p50:.0f} ms, "
    return (
        f"{figures.jobs_per_second:.0f} jobs/s, POST p99 {figures.post_p99:.0f} ms, {followed}"
        f"CPU {figures.cpu_gateway:.2f} + {figures.cpu_workers:.2f} ms a job"
    )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
