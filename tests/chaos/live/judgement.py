"""Says in words what clients that followed jobs were not told exactly, and what was bought without need."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import aiohttp
from msgspec import Struct

from chaos.checker import purchases_without_need
from chaos.live.crowd import Crowd
from chaos.live.follower import Follow
from chaos.live.system import LiveSystem
from chaos.live.trials import Trial
from integration.delivery import checker as delivery
from integration.delivery.rows import Heard, Rows

AT_A_TIME = 20


class LiveEvidence(Struct, frozen=True, kw_only=True):
    """All that is known once every job is over."""

    follows: Sequence[Follow]
    shown: Mapping[UUID, dict[str, Any]]
    """What `GET /v1/generations/{id}` answers."""
    rows: Rows
    heard: Sequence[Heard]
    """By the provider."""
    trials: Sequence[Trial] = ()

    @property
    def in_flight(self) -> frozenset[UUID]:
        """Calls that were lost with a generator."""
        return frozenset[UUID]().union(*(trial.in_flight for trial in self.trials))


async def evidence(
    system: LiveSystem, http: aiohttp.ClientSession, crowd: Crowd, trials: Sequence[Trial] = ()
) -> LiveEvidence:
    rows = await system.settled()
    free = asyncio.Semaphore(AT_A_TIME)

    async def show(job_id: UUID) -> dict[str, Any]:
        async with free, http.get(f"{system.origins[0]}/v1/generations/{job_id}") as answer:
            answer.raise_for_status()
            shown: dict[str, Any] = await answer.json()
            return shown

    made = sorted(crowd.made)
    shown = dict(zip(made, await asyncio.gather(*map(show, made)), strict=True))
    heard = await system.provider.calls()
    return LiveEvidence(follows=crowd.follows, shown=shown, rows=rows.of(made), heard=heard, trials=trials)


def violations(found: LiveEvidence) -> list[str]:
    ids = {str(call.id) for call in found.rows.all_calls}
    heard = [call for call in found.heard if call.client_request_id in ids]
    return [
        *(
            f"client {each.number} of job {each.job_id}: {words}"
            for each in found.follows
            for words in _of(each, found)
        ),
        *(f"{trial.name}: {words}" for trial in found.trials for words in trial.faults),
        *delivery.violations(found.rows, heard, found.shown),
        *purchases_without_need(found.rows, found.in_flight),
        *_of_surplus(found.rows, found.in_flight),
    ]


def surplus_calls(rows: Rows) -> int:
    """Beyond one for each attempt of a job."""
    return sum(max(0, len(rows.calls.get(job.id, [])) - job.attempt) for job in rows.jobs.values())


def _of_surplus(rows: Rows, in_flight: frozenset[UUID]) -> Iterator[str]:
    if surplus_calls(rows) > len(in_flight):
        yield f"{surplus_calls(rows)} calls were made again, but only {len(in_flight)} were in flight at kills"


def _of(follow: Follow, found: LiveEvidence) -> Iterator[str]:
    yield from follow.faults
    yield from follow.transcript.faults
    shown = found.shown.get(follow.job_id) if follow.job_id is not None else None
    if shown is None:
        yield "nothing is known of its job"
    elif follow.transcript.end is not None:
        yield from _of_end(follow, shown)


def is_exact(follow: Follow, shown: Mapping[str, Any]) -> bool:
    """Whether its text, put together from deltas and keyframes, is the stored one."""
    return shown["status"] == "completed" and _hash(follow.transcript.text) == _hash(shown["content"])


def _of_end(follow: Follow, shown: Mapping[str, Any]) -> Iterator[str]:
    end = follow.transcript.end
    assert end is not None
    if end.name == "result" and not is_exact(follow, shown):
        yield f"its text is not the content of the generation, which is {shown['status']}"
    if end.name == "cancelled" and shown["status"] != "cancelled":
        yield f"it was told that the job is cancelled, but it is {shown['status']}"
    if end.name == "error":
        code = (shown["error"] or {}).get("code")
        if (shown["status"], code) != ("failed", end.data["code"]):
            yield f"it was told the error {end.data['code']}, but the job is {shown['status']} with {code}"


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
