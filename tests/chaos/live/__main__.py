"""`python -m chaos.live`, from the folder `tests`: live streams in a storm, and under kills.

The exit code is 1 when a client ended with another text than is stored, or was told wrongly.
"""

import argparse
import sys
from functools import partial

from chaos import trial
from chaos.live.report import BEGIN, END, accused, rendered
from chaos.live.story import tell
from chaos.story import say


def main() -> None:
    options = _options()
    say(f"seed {options.seed}: {options.clients} clients, a storm of {options.seconds:g} s")
    report = trial.Report(BEGIN, END, rendered, accused)
    story = partial(tell, seed=options.seed, clients=options.clients, seconds=options.seconds)
    sys.exit(trial.run(options, story, report, _command(options)))


def _options() -> argparse.Namespace:
    parser = trial.parser("chaos.live", __doc__)
    parser.add_argument("--seed", type=int, default=1, help="who does what")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60, help="of the storm")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    usual = {"clients": 200, "seconds": 60}
    more = [f"--{name} {getattr(options, name):g}" for name, value in usual.items() if getattr(options, name) != value]
    return f"make live-storm SEED={options.seed}" + (f' ARGS="{" ".join(more)}"' if more else "")


if __name__ == "__main__":
    main()
