"""`python -m pressroom_common topology` prints the broker's definitions file; `settings` the table of settings."""

import json
import sys

from .topology import definitions


def main() -> None:
    match sys.argv[1:]:
        case ["topology"]:
            sys.stdout.write(json.dumps(definitions(), indent=2) + "\n")
        case _:
            sys.exit("usage: python -m pressroom_common topology")


if __name__ == "__main__":
    main()
