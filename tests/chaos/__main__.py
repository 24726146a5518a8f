"""`python -m chaos`, from the folder `tests`: jobs and faults of all sorts, and a judgement on every row.

The exit code is 1 when something was lost, doubled, bought again without need, or told wrongly.
"""

import argparse
import sys
from functools import partial

from chaos import trial
from chaos.plan import plan
from chaos.report import BEGIN, END, accused, rendered
from chaos.story import say, tell

LEAST_FLOOD = 300
"""Of which more than 200 have to wait in queues while others run."""


def main() -> None:
    options = _options()
    planned = plan(options.seed, options.jobs, flood=max(LEAST_FLOOD, options.jobs // 5))
    say(f"seed {options.seed}: {options.jobs} jobs")
    report = trial.Report(BEGIN, END, rendered, accused)
    sys.exit(trial.run(options, partial(tell, planned), report, _command(options)))


def _options() -> argparse.Namespace:
    parser = trial.parser("chaos", __doc__)
    parser.add_argument("--seed", type=int, default=1, help="what is asked, and what breaks in which order")
    parser.add_argument("--jobs", type=int, default=2_000, help="at least 400")
    options = parser.parse_args()
    if options.jobs < LEAST_FLOOD + 100:
        parser.error("--jobs: at least 400")
    return options


def _command(options: argparse.Namespace) -> str:
    more = "" if options.jobs == 2_000 else f' ARGS="--jobs {options.jobs}"'
    return f"make chaos-smoke SEED={options.seed}{more}"


if __name__ == "__main__":
    main()
