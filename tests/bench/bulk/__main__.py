"""`python -m bench.bulk`, from the folder `tests`: prints the figures and writes them down."""

import argparse
import asyncio
import os
import random
import sys

from bench.bulk.report import PART, rendered
from bench.bulk.runs import SERVICES, Loop, Run, behaves, bulk_run, failing, looped
from bench.machine import machine, today
from bench.measure import Processes
from bench.stack import end_on_signals, reset_provider, running_stack
from bench.systems import Pressroom, Running

PROVIDER = {"latency_ms": 50, "tokens": 64}
SETTINGS = {"GENERATOR_SLOTS_LOW": "50", "GATEWAY_RETRY_BACKOFF": "[0.5, 1.0, 2.0]"}
FAILING = 0.05


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack:
        system = Pressroom(stack, settings=SETTINGS)
        with system.running() as running:
            loop, quick, flaky = asyncio.run(_measured(stack.provider, running, options))
        where = f"Measured on {today()}: {machine(stack.servers)}; load average {load:.1f} before it began."
    section = rendered(where, loop, quick, flaky, FAILING)
    sys.stdout.write(f"\n{section}\n")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.add_argument("--loop", type=int, default=200, help="plain calls, one after another")
    parser.add_argument("--items", type=int, default=2_000, help="of the run beside it")
    parser.add_argument("--flaky-items", type=int, default=10_000, help="of the run whose provider fails")
    parser.add_argument("--seed", type=int, default=1, help="of the failures")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


async def _measured(provider: str, running: Running, options: argparse.Namespace) -> tuple[Loop, Run, Run]:
    """Warmed up by a few items: what is idle has its connections."""
    processes = Processes({name: pid for name, pid in running.pids.items() if name in SERVICES})
    await behaves(provider, **PROVIDER)
    await bulk_run(running.origin, running.headers, processes, ["Write a product text"] * 50)
    await asyncio.sleep(2)
    loop = await looped(provider, options.loop)
    quick = await bulk_run(running.origin, running.headers, processes, ["Write a product text"] * options.items)
    reset_provider(provider)
    dice = random.Random(options.seed)
    prompts, failures = failing(options.flaky_items, FAILING, dice)
    await behaves(provider, **PROVIDER, fail=failures)
    return loop, quick, await bulk_run(running.origin, running.headers, processes, prompts)


if __name__ == "__main__":
    main()
