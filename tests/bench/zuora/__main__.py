"""`python -m bench.zuora`, from the folder `tests`: prints the figures and writes them down."""

import argparse
import asyncio
import os
import sys

from bench.machine import machine, today
from bench.stack import Stack, end_on_signals, running_stack
from bench.zuora.report import PART, rendered
from bench.zuora.runs import Figures, Options, measured
from bench.zuora.service import running_service
from pressroom_devstack.fake_zuora import FakeZuora


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack:
        figures = asyncio.run(_measured(stack, options))
        where = f"Measured on {today()}: {machine(stack.servers)}; load average {load:.1f} before it began."
    section = rendered(where, figures)
    sys.stdout.write(f"\n{section}\n")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.zuora", description=__doc__)
    parser.add_argument("--plain", type=int, default=100, help="workflows of the plain loop")
    parser.add_argument("--workflows", type=int, default=1_000, help="of the customer that is synced beside it")
    parser.add_argument("--customers", type=int, default=200, help="that are synced at once")
    parser.add_argument("--each", type=int, default=20, help="workflows of each of them")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


async def _measured(stack: Stack, told: argparse.Namespace) -> Figures:
    options = Options(told.plain, told.workflows, told.customers, told.each)
    async with FakeZuora.started() as zuora, running_service(stack, zuora.origin) as service:
        return await measured(service, zuora, options)


if __name__ == "__main__":
    main()
