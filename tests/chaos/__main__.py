"""`python -m chaos`, from the folder `tests`: jobs and faults of all sorts, and a judgement on every row.

The exit code is 1 when something was lost, doubled, bought again without need, or told wrongly.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bench.machine import machine, today
from chaos.keeping import DOCUMENT, keep_logs, written
from chaos.plan import plan
from chaos.report import BEGIN, END, accused, rendered
from chaos.story import say, tell
from pressroom_devstack.abandoned import folder_of_one_run
from pressroom_devstack.infrastructure import private_infrastructure

LEAST_FLOOD = 300
"""Of which more than 200 have to wait in queues while others run."""


def main() -> None:
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that what was started is ended, too
        signal.signal(number, lambda *_: sys.exit("ended by a signal"))
    sys.exit(run(options))


def run(options: argparse.Namespace) -> int:
    planned = plan(options.seed, options.jobs, flood=max(LEAST_FLOOD, options.jobs // 5))
    say(f"seed {options.seed}: {options.jobs} jobs")
    with folder_of_one_run() as folder, private_infrastructure(folder / "servers") as servers:
        where = machine(servers)
        try:
            outcome = asyncio.run(tell(planned, servers, folder / "system"))
        finally:
            if options.logs:
                keep_logs(folder, Path(options.logs))
    section = rendered(outcome, today(), where, _command(options))
    say(f"\n{section}\n")
    if outcome.violations:
        say(accused(outcome))
        return 1
    if not options.dry:
        written(DOCUMENT, BEGIN, END, section)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what is asked, and what breaks in which order")
    parser.add_argument("--jobs", type=int, default=2_000, help="at least 400")
    parser.add_argument("--dry", action="store_true", help="do not write docs/chaos.md")
    parser.add_argument("--logs", help="a folder to which the services' logs are copied at the end")
    options = parser.parse_args()
    if options.jobs < LEAST_FLOOD + 100:
        parser.error("--jobs: at least 400")
    return options


def _command(options: argparse.Namespace) -> str:
    more = "" if options.jobs == 2_000 else f' ARGS="--jobs {options.jobs}"'
    return f"make chaos-smoke SEED={options.seed}{more}"


if __name__ == "__main__":
    main()
