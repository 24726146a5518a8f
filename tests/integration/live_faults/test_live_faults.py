"""Live streams of real processes: whatever breaks, every client ends with the exact text. `make live-storm`: more."""

import aiohttp
import pytest

from chaos.live.crowd import Crowd, failures
from chaos.live.judgement import LiveEvidence, evidence, violations
from chaos.live.system import LiveSystem
from chaos.live.trials import Trial, Trials
from chaos.plan import LEASE_SECONDS

CLIENTS, JOBS = 24, 8
SEED = 1


@pytest.fixture
def crowd(live_system: LiveSystem, http: aiohttp.ClientSession) -> Crowd:
    return Crowd(live_system, http, SEED)


@pytest.fixture
def trials(live_system: LiveSystem, crowd: Crowd) -> Trials:
    return Trials(live_system, crowd, CLIENTS, JOBS)


async def judged(system: LiveSystem, http: aiohttp.ClientSession, crowd: Crowd, *trials: Trial) -> LiveEvidence:
    found = await evidence(system, http, crowd, trials)
    assert violations(found) == []
    return found


async def test_clients_that_come_and_go_at_any_byte_end_with_the_exact_text(
    live_system: LiveSystem, http: aiohttp.ClientSession, crowd: Crowd
) -> None:
    await live_system.writes(tokens=100, fail=failures(jobs=300))
    await crowd.storm(clients=40, jobs=15, seconds=10)
    found = await judged(live_system, http, crowd)
    follows = found.follows
    assert sum(follow.outcome == "result" for follow in follows) >= 40
    assert sum(follow.dropped for follow in follows) >= 200
    assert sum(follow.in_the_middle for follow in follows) >= 50
    assert sum(follow.resumed for follow in follows) >= 50
    assert sum(follow.transcript.counts["keyframe"] for follow in follows) >= 20


async def test_clients_of_a_killed_gateway_get_the_rest_from_the_other_one(
    live_system: LiveSystem, http: aiohttp.ClientSession, crowd: Crowd, trials: Trials
) -> None:
    trial = await trials.kill_gateway(0)
    found = await judged(live_system, http, crowd, trial)
    assert trial.met >= 3
    assert {follow.outcome for follow in found.follows} == {"result"}
    assert len(found.rows.all_calls) == len(found.rows.jobs) == JOBS + 1


async def test_a_job_that_another_generator_takes_over_begins_its_text_anew(
    live_system: LiveSystem, http: aiohttp.ClientSession, crowd: Crowd, trials: Trials
) -> None:
    trial = await trials.kill_generator(0, away=LEASE_SECONDS + 2)
    found = await judged(live_system, http, crowd, trial)
    assert trial.met >= 3
    assert {follow.outcome for follow in found.follows} == {"result"}
    assert sum(len(set(follow.transcript.claims)) > 1 for follow in found.follows) == trial.met
    assert len(found.rows.all_calls) == JOBS + len(trial.in_flight)


async def test_streams_outlive_the_connections_to_the_broker(
    live_system: LiveSystem, http: aiohttp.ClientSession, crowd: Crowd, trials: Trials
) -> None:
    trial = await trials.close_broker_connections()
    found = await judged(live_system, http, crowd, trial)
    assert {follow.outcome for follow in found.follows} == {"result"}
    assert len(found.rows.all_calls) == JOBS
