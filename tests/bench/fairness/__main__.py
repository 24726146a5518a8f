"""`python -m bench.fairness`, from the folder `tests`: prints the figures and writes them down."""

import argparse
import asyncio
import os
import sys
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text

from bench.fairness.probing import Prober
from bench.fairness.report import PART, Scenario, rendered
from bench.jobs import insert_waiting, new_job
from bench.machine import machine, today
from bench.stack import end_on_signals, running_stack
from bench.systems import Pressroom
from pressroom_common.database import Database
from pressroom_common.settings import DatabaseSettings
from pressroom_gateway.migrations import SCHEMA

SLOTS = 50
OWNER, OTHER = "owner", "other"
"""Tenants: of the backlog, and of the job that meets it."""
_TENANT = text("SELECT id FROM tenants WHERE slug = :slug")


def main() -> None:
    options = _options()
    end_on_signals()
    load = os.getloadavg()[0]
    with running_stack() as stack:
        system = Pressroom(stack, generators=1, slots=SLOTS)
        scenarios = asyncio.run(_measured(system, options))
        where = f"Measured on {today()}: {machine(stack.servers)}; load average {load:.1f} before it began."
    section = rendered(f"{where} Each figure is of {options.probes} jobs, one after the other.", scenarios)
    sys.stdout.write(f"\n{section}\n")
    if not options.dry:
        PART.write(section)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fairness", description=__doc__)
    parser.add_argument("--tenant-jobs", type=int, default=10_000, help="that wait while another tenant submits one")
    parser.add_argument("--lane-jobs", type=int, default=20_000, help="that wait while one of a higher priority comes")
    parser.add_argument("--probes", type=int, default=10, help="jobs whose time is taken, in each situation")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


async def _measured(system: Pressroom, options: argparse.Namespace) -> list[Scenario]:
    """The backlog grows from one scenario to the next; nobody waits for its end."""
    owner, other = [await asyncio.to_thread(system.headers_of, tenant) for tenant in (OWNER, OTHER)]
    database = Database(DatabaseSettings(database_url=SecretStr(system.ledger_url)), SCHEMA.name)
    with system.running() as running:
        async with Prober.open(running.origin, system.ledger_url) as prober:
            await prober.probe(other, "default", options.probes)
            idle = await prober.probe(other, "default", options.probes)
            idle_high = await prober.probe(owner, "high", options.probes)
            await _fill(database, prober, options.tenant_jobs, options.probes)
            behind = await prober.probe(other, "default", options.probes)
            await _fill(database, prober, options.lane_jobs, options.probes)
            behind_high = await prober.probe(owner, "high", options.probes)
    await database.close()
    return [
        Scenario(
            "another tenant's job",
            f"a tenant with {options.tenant_jobs:,} waiting jobs delays another tenant's job",
            idle,
            behind,
        ),
        Scenario(
            "the same tenant's job of priority high",
            f"{options.lane_jobs:,} waiting jobs of priority default delay one of priority high",
            idle_high,
            behind_high,
        ),
    ]


async def _fill(database: Database, prober: Prober, jobs: int, probes: int) -> None:
    """So many wait until the last probe: those that the generator takes until then are added."""
    tenant: UUID = (await database.fetch(_TENANT, slug=OWNER))[0].id
    taken = SLOTS * 5 * probes
    missing = jobs + taken - await prober.waiting()
    await insert_waiting(database, missing, lambda begin, end: [new_job(tenant) for _ in range(begin, end)])


if __name__ == "__main__":
    main()
