"""`python -m bench.queries`, from the folder `tests`: fills a ledger and writes down how its statements run."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import asyncpg

from bench.machine import machine, today
from bench.queries.asking import Answer, Asking
from bench.queries.filling import BEHIND_KEYS, OUT, TENANTS, Filling
from bench.queries.report import rendered, wasteful, written
from bench.stack import end_on_signals, running_stack
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_gateway.migrations import SCHEMA


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack:
        answers = _answers(stack.servers, options.finished, options.waiting)
        where = f"Measured on {today()}: {machine(stack.servers)}; load average {load:.1f} before it began."
    filled = (
        f"{options.finished:,} finished and {options.waiting:,} waiting jobs of {TENANTS} tenants; of the waiting ones "
        f"{OUT:,} are out and {BEHIND_KEYS:,} behind a concurrency key"
    )
    text = rendered(where, filled, answers)
    sys.stdout.write(text)
    if not options.dry:
        written(text)
    if found := wasteful(answers):
        raise SystemExit(f"these read what they should not: {', '.join(found)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.queries", description=__doc__)
    parser.add_argument("--finished", type=int, default=200_000)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--dry", action="store_true", help="do not write docs/queries.md")
    return parser.parse_args()


def _answers(servers: Infrastructure, finished: int, waiting: int) -> Sequence[Answer]:
    owner = servers.fresh_database("queries")
    server = urlsplit(owner)
    url = server._replace(netloc=f"queries_gateway:bench@{server.hostname}:{server.port}").geturl()
    migrate(SCHEMA, owner, url)
    return asyncio.run(_asked(owner, url, finished, waiting))


async def _asked(owner_url: str, url: str, finished: int, waiting: int) -> Sequence[Answer]:
    owner = await asyncpg.connect(owner_url, server_settings={"search_path": SCHEMA.name})
    try:
        filling = Filling(owner, url)
        await filling.make(finished, waiting)
        asking = Asking(url, owner, filling)
        try:
            return await asking.answers()
        finally:
            await asking.close()
    finally:
        await owner.close()


if __name__ == "__main__":
    main()
