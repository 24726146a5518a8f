"""`python -m bench.live`, from the folder `tests`: prints the figures and writes them down."""

import argparse
import asyncio
import os
import shlex
import sys

from bench.live.figures import figures_of, in_short
from bench.live.first_token import first_tokens
from bench.live.polling import polled
from bench.live.report import PART, Report, rendered
from bench.live.site import Site, running_site
from bench.live.streams import Pace, streamed, unlike
from bench.machine import machine, today
from bench.stack import end_on_signals, running_stack

WARM_UP = Pace(latency_ms=100, tokens=20, per_second=20)
FIRST = Pace(latency_ms=200, tokens=10, per_second=50)
STREAMS = Pace(latency_ms=200, tokens=140, per_second=20)
POLLED = Pace(latency_ms=45_000, tokens=20, per_second=20)
"""Of jobs that run for as long as somebody polls them."""


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack, running_site(stack) as site:
        report = asyncio.run(_measured(site, options))
        where = f"Measured on {today()}: {machine(stack.servers)}; load average {load:.1f} before it began."
    command = shlex.join(["python", "-m", "bench.live", *sys.argv[1:]])
    section = rendered(f"{where} Command: `{command}`, in `tests`.", report)
    _say(f"\n{section}")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--calls", type=int, default=400, help="of each kind, whose time to the first text is taken")
    parser.add_argument("--streams", type=int, default=500, help="at once")
    parser.add_argument("--runs", type=int, default=3, help="of all streams; the medians are told")
    parser.add_argument("--pollers", type=int, default=1_000, help="two for each job")
    parser.add_argument("--seconds", type=float, default=15.0, help="that they poll, with and without `If-None-Match`")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


async def _measured(site: Site, options: argparse.Namespace) -> Report:
    report = Report(first_pace=FIRST, pace=STREAMS, streams=options.streams)
    site.keep(WARM_UP)
    for target in (site.pressroom, site.passthrough):
        await streamed(target, 50, site.meter, site.provider)
    site.keep(FIRST)
    report.first = await first_tokens(site.pressroom, site.provider, options.calls)
    for number in range(options.runs):
        await _streams(site, report, ours_first=number % 2 == 0)
    site.keep(POLLED)
    report.polls = await polled(site, options.pollers, options.seconds)
    return report


async def _streams(site: Site, report: Report, *, ours_first: bool) -> None:
    """A, B; B, A; A, B: what drifts on the machine meets both."""
    kinds = [(site.pressroom, report.pressroom), (site.passthrough, report.passthrough)]
    for target, runs in kinds if ours_first else kinds[::-1]:
        site.keep(STREAMS)
        run = await streamed(target, report.streams, site.meter, site.provider)
        runs.append(figures_of(run, STREAMS))
        if target is site.pressroom:
            report.unlike += await unlike(target, run.heard)
        _say(in_short(runs[-1]))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
