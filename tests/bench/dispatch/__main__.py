"""`python -m bench.dispatch`, from the folder `tests`: prints the figures and writes them down."""

import argparse
import asyncio
import os
import shlex
import sys

from bench.dispatch.gateway import Site
from bench.dispatch.report import PART, rendered
from bench.dispatch.runs import Costs, Runs
from bench.machine import machine, today
from bench.measure import Processes
from bench.stack import end_on_signals, running_stack

WARM_UP_JOBS = 2_000


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack:
        costs = asyncio.run(_alternating(Site(stack), Processes(stack.server_pids), options))
        where = f"Measured on {today()}: {machine(stack.servers)}; load average {load:.1f} before it began."
    command = shlex.join(["python", "-m", "bench.dispatch", *sys.argv[1:]])
    section = rendered(f"{where} Command: `{command}`, in `tests`.", options.jobs, costs)
    sys.stdout.write(f"\n{section}\n")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.dispatch", description=__doc__)
    parser.add_argument("--jobs", type=int, default=20_000, help="of a run")
    parser.add_argument("--runs", type=int, default=5, help="the medians are told")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


async def _alternating(site: Site, servers: Processes, options: argparse.Namespace) -> list[Costs]:
    """A, B; B, A; A, B: what drifts on the machine meets both."""
    await _both(Runs(site, servers, WARM_UP_JOBS), direct_first=True)
    runs = Runs(site, servers, options.jobs)
    return [await _both(runs, direct_first=number % 2 == 0) for number in range(options.runs)]


async def _both(runs: Runs, *, direct_first: bool) -> Costs:
    direct = await runs.direct() if direct_first else None
    insert, dispatch = await runs.backlog()
    costs = Costs(direct=direct or await runs.direct(), insert=insert, dispatch=dispatch)
    sys.stdout.write(f"{costs.ratio:.2f}: {costs}\n")
    sys.stdout.flush()
    return costs


if __name__ == "__main__":
    main()
