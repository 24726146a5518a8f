"""`python -m bench.fold_rate`, from the folder `tests`: prints the figures and writes them down."""

import argparse
import asyncio
import sys

from bench.fold_rate.load import EVENTS_OF_A_JOB, bodies
from bench.fold_rate.report import PART, Shares, rendered
from bench.fold_rate.stages import Stages
from bench.machine import machine, today
from bench.stack import end_on_signals, running_stack


def main() -> None:
    options = _options()
    end_on_signals()
    load, events = bodies(options.jobs, options.packed), options.jobs * EVENTS_OF_A_JOB
    with running_stack() as stack:
        stages = Stages(stack, load, events)
        runs = [asyncio.run(_run(stages)) for _ in range(options.runs)]
        where = f"Measured on {today()}: {machine(stack.servers)}."
    section = rendered(where, events, options.packed, runs)
    sys.stdout.write(f"\n{section}\n")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fold_rate", description=__doc__)
    parser.add_argument("--jobs", type=int, default=40_000, help="each with five events")
    parser.add_argument("--packed", type=int, default=100, help="events a message")
    parser.add_argument("--runs", type=int, default=3, help="the medians are told")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


async def _run(stages: Stages) -> Shares:
    return Shares(broker=await stages.broker(), fold=await stages.fold(), whole=await stages.whole())


if __name__ == "__main__":
    main()
