"""The course of a run: jobs and faults side by side, then the flood and the loss of the broker's data, then rest."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos.administrators import act
from chaos.checker import Evidence, violations
from chaos.clients import Clients
from chaos.faults import FLOOD_MS, PACE, Done, Faults
from chaos.plan import Plan, Wish
from chaos.system import ChaosSystem
from integration.delivery.processes import eventually
from pressroom_devstack.infrastructure import Infrastructure

STREAM_SECONDS = 110.0
"""About as long as the faults take."""
REST_SECONDS = 180.0


@dataclass(frozen=True)
class Outcome:
    plan: Plan
    done: Done
    evidence: Evidence
    ended_alone: Counter[str]
    violations: list[str]
    seconds: float


async def tell(plan: Plan, servers: Infrastructure, folder: Path) -> Outcome:
    """Live through the plan, and judge what is left of it."""
    began = time.monotonic()
    system = ChaosSystem(servers, folder)
    try:
        with chapter("start"):
            await system.start()
        faults, clients = Faults(system, plan), Clients(system)
        await _live(plan, system, faults, clients)
        with chapter("rest"):
            evidence = await _evidence(system, faults, clients)
        await clients.close()
        found = violations(evidence)
        return Outcome(plan, faults.done, evidence, system.ended_alone, found, time.monotonic() - began)
    finally:
        await system.stop()


async def _live(plan: Plan, system: ChaosSystem, faults: Faults, clients: Clients) -> None:
    failures = [failure for wish in plan.wishes for failure in wish.scenario]
    await system.provider.changes(**PACE, tokens=60, tokens_per_second=60, fail=failures)
    async with asyncio.TaskGroup() as jobs:
        with chapter("faults under load"):
            stream = jobs.create_task(_stream(plan.stream, clients, jobs))
            bulks = [jobs.create_task(act(system, bulk)) for bulk in plan.bulks]
            await faults.happen()
            await stream
            clients.answers.bulks += [await bulk for bulk in bulks]
        with chapter("loss of the broker's data"):
            await system.provider.changes(latency_ms=FLOOD_MS)
            for wish in plan.flood:
                jobs.create_task(clients.live(wish))
            await faults.lose_broker_data()


async def _stream(wishes: tuple[Wish, ...], clients: Clients, jobs: asyncio.TaskGroup) -> None:
    for wish in wishes:
        jobs.create_task(clients.live(wish))
        await asyncio.sleep(STREAM_SECONDS / len(wishes))


async def _evidence(system: ChaosSystem, faults: Faults, clients: Clients) -> Evidence:
    """What there is to judge once nothing moves any more, or has moved for too long."""
    try:
        await system.settled(REST_SECONDS)
        await eventually(lambda: _is_told(system), "the monitor knows the last word of every job", REST_SECONDS)
        await asyncio.sleep(2)  # measures travel by themselves
    except AssertionError as error:
        say(str(error))  # the checker says it of every row
    accepted = clients.answers.accepted
    for tenant in system.keys:
        await clients.look(tenant, accepted)
    return Evidence(
        rows=await system.rows(),
        heard=await system.provider.calls(),
        answers=clients.answers.all,
        unheard=clients.answers.unheard,
        history=await system.tables.history(),
        parked=await system.parked(),
        in_flight=frozenset(faults.done.in_flight),
        made=await system.tables.made(),
        bulks=clients.answers.bulks,
        follows=clients.streams.follows,
        lost_at=faults.done.lost_at,
    )


async def _is_told(system: ChaosSystem) -> bool:
    return await system.tables.behind() == 0


@contextmanager
def chapter(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"{name}: {time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
