"""The course of a run: the storm, then one fault after the other in mid-stream, then rest."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from chaos.live.crowd import Crowd, failures
from chaos.live.judgement import LiveEvidence, evidence, violations
from chaos.live.system import LiveSystem
from chaos.live.trials import Trial, Trials
from chaos.plan import LEASE_SECONDS
from chaos.story import chapter
from pressroom_devstack.infrastructure import Infrastructure

JOBS = 60
"""Of the storm, at a time."""
AUDIENCE, AUDIENCE_JOBS = 100, 30
"""Of each fault after it."""
LONG = LEASE_SECONDS + 2
"""Seconds that a generator is away, until others have taken over what it ran."""
MOST_JOBS = 3_000
"""Of which the planned share fails."""


@dataclass(frozen=True)
class LiveOutcome:
    seed: int
    clients: int
    storm_seconds: float
    storm_follows: int
    """The first so many of all."""
    evidence: LiveEvidence
    ended_alone: Counter[str]
    violations: list[str]
    seconds: float


async def tell(servers: Infrastructure, folder: Path, seed: int, clients: int, seconds: float) -> LiveOutcome:
    """Live through it, and judge what each client was told."""
    began = time.monotonic()
    system = LiveSystem(servers, folder)
    async with _running(system) as http:
        crowd = Crowd(system, http, seed)
        with chapter("storm"):
            await system.writes(fail=failures(MOST_JOBS))
            await crowd.storm(clients, JOBS, seconds)
        storm_follows = len(crowd.follows)
        trials = await _trials(system, crowd)
        with chapter("rest"):
            found = await evidence(system, http, crowd, trials)
        return LiveOutcome(
            seed=seed,
            clients=clients,
            storm_seconds=seconds,
            storm_follows=storm_follows,
            evidence=found,
            ended_alone=system.ended_alone,
            violations=violations(found),
            seconds=time.monotonic() - began,
        )


async def _trials(system: LiveSystem, crowd: Crowd) -> list[Trial]:
    await system.writes()
    trials, found = Trials(system, crowd, AUDIENCE, AUDIENCE_JOBS), []
    with chapter("kills of gateways"):
        found += [await trials.kill_gateway(number) for number in (0, 1)]
    with chapter("kills of generators"):
        found.append(await trials.kill_generator(0, away=0))
        found.append(await trials.kill_generator(1, away=LONG))
        found.append(await trials.stop_generator(0, away=LONG))
    with chapter("loss of the broker's connections"):
        found.append(await trials.close_broker_connections())
        found.append(await trials.restart_broker())
    return found


@asynccontextmanager
async def _running(system: LiveSystem) -> AsyncIterator[aiohttp.ClientSession]:
    try:
        with chapter("start"):
            await system.start()
        async with system.session() as http:
            yield http
    finally:
        await system.stop()
