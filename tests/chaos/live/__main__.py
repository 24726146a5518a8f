"""`python -m chaos.live`, from the folder `tests`: live streams in a storm, and under kills.

The exit code is 1 when a client ended with another text than is stored, or was told wrongly.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bench.machine import machine, today
from chaos.keeping import DOCUMENT, keep_logs, written
from chaos.live.report import BEGIN, END, accused, rendered
from chaos.live.story import tell
from chaos.story import say
from pressroom_devstack.abandoned import folder_of_one_run
from pressroom_devstack.infrastructure import private_infrastructure


def main() -> None:
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that what was started is ended, too
        signal.signal(number, lambda *_: sys.exit("ended by a signal"))
    sys.exit(run(options))


def run(options: argparse.Namespace) -> int:
    say(f"seed {options.seed}: {options.clients} clients, a storm of {options.seconds:g} s")
    with folder_of_one_run() as folder, private_infrastructure(folder / "servers") as servers:
        where = machine(servers)
        try:
            outcome = asyncio.run(tell(servers, folder / "system", options.seed, options.clients, options.seconds))
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
    parser = argparse.ArgumentParser(prog="python -m chaos.live", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="who does what")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60, help="of the storm")
    parser.add_argument("--dry", action="store_true", help="do not write docs/chaos.md")
    parser.add_argument("--logs", help="a folder to which the services' logs are copied at the end")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    usual = {"clients": 200, "seconds": 60}
    more = [f"--{name} {getattr(options, name):g}" for name, value in usual.items() if getattr(options, name) != value]
    return f"make live-storm SEED={options.seed}" + (f' ARGS="{" ".join(more)}"' if more else "")


if __name__ == "__main__":
    main()
