"""One fault at a time, in mid-stream of many clients: what was lost goes on elsewhere, and each text ends exactly."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chaos.live.crowd import Crowd
from chaos.live.follower import Follow
from chaos.live.system import LiveSystem
from integration.delivery.processes import Process, eventually

LISTED_SECONDS = 20.0
"""Until the broker lists a connection, at most."""


@dataclass(frozen=True)
class Trial:
    name: str
    met: int
    """Clients whose stream it met."""
    longest_wait: float
    """Of these, between two pieces of text, in seconds."""
    faults: Sequence[str] = ()
    in_flight: frozenset[UUID] = frozenset()
    """Calls that were lost with a generator."""


class Trials:
    """Each before so many clients, of so many jobs."""

    def __init__(self, system: LiveSystem, crowd: Crowd, clients: int, jobs: int) -> None:
        self._system = system
        self._crowd = crowd
        self._clients = clients
        self._jobs = jobs

    async def kill_gateway(self, number: int) -> Trial:
        """Its clients go on at the other; the supervisor starts it again, and it serves."""
        audience = await self._crowd.audience(self._clients, self._jobs)
        gateway, origin = self._system.gateways[number], self._system.origins[number]
        met = _measured(follow for follow in audience.follows if follow.origin == origin)
        gateway.kill()
        await audience.ended()
        faults = [f"{_name(follow)}: its connection did not break" for follow in met if not follow.torn]
        await self._system.is_ready(gateway)
        again = await self._crowd.one_at(origin)
        if again.transcript.counts["delta"] < 2:
            faults.append(f"{gateway.name}, started again, streamed no text")
        return Trial(f"kill -9 of {gateway.name}", len(met), _longest_wait(met), faults)

    async def kill_generator(self, number: int, away: float) -> Trial:
        """The next one of its name ends its leases, or they run out while it is away."""
        victim = self._system.generators[number]
        name = f"kill -9 of {victim.name}, away for {away:g} s"
        return await self._without(victim, name, lambda: self._system.killed(victim, away))

    async def stop_generator(self, number: int, away: float) -> Trial:
        """Past its leases: what it goes on with when it wakes is nobody's any more."""
        victim = self._system.generators[number]

        async def wake() -> None:
            await asyncio.sleep(away)
            victim.signal(signal.SIGCONT)

        return await self._without(victim, f"{victim.name} stopped for {away:g} s", wake)

    async def close_broker_connections(self) -> Trial:
        """All of them, once the broker lists those of every service."""
        audience = await self._crowd.audience(self._clients, self._jobs)
        met, closed = _measured(audience.follows), 0
        broker = self._system.servers.rabbitmq

        async def are_closed() -> bool:
            nonlocal closed
            closed += await asyncio.to_thread(broker.management.close_connections, self._system.vhost)
            return closed >= len(self._system.processes)

        await eventually(are_closed, "connections to the broker are closed", LISTED_SECONDS)
        await audience.ended()
        return Trial(f"{closed} connections to the broker closed", len(met), _longest_wait(met))

    async def restart_broker(self) -> Trial:
        """Killed, and started again at once."""
        audience = await self._crowd.audience(self._clients, self._jobs)
        met, broker = _measured(audience.follows), self._system.servers.rabbitmq
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        await audience.ended()
        return Trial("kill -9 of the broker", len(met), _longest_wait(met))

    async def _without(self, victim: Process, name: str, lose: Callable[[], Awaitable[None]]) -> Trial:
        """What the generator ran is taken over: each stream of it says so, and begins its text anew."""
        audience = await self._crowd.audience(self._clients, self._jobs)
        calls = await self._system.frozen(victim)
        jobs = {call.job_id for call in (await self._system.rows()).all_calls if call.id in calls}
        met = _measured(follow for follow in audience.follows if follow.job_id in jobs)
        known = [_Known(follow) for follow in met]
        await lose()
        await audience.ended()
        faults = [f"{_name(each.follow)}: it was not told of the loss" for each in known if not each.was_told_more]
        return Trial(name, len(met), _longest_wait(met), faults, frozenset(calls))


class _Known:
    """What a client knew of its job's claims and statuses before a fault."""

    def __init__(self, follow: Follow) -> None:
        self.follow = follow
        self._claims = len(follow.transcript.claims)
        self._statuses = len(follow.transcript.statuses)

    @property
    def was_told_more(self) -> bool:
        """Of another claim's text, or a status that is not that of a job that goes on as before."""
        told = self.follow.transcript
        return len(told.claims) > self._claims or not set(told.statuses[self._statuses :]) <= {"processing"}


def _measured(met: Iterable[Follow]) -> list[Follow]:
    """From now on."""
    follows = list(met)
    for follow in follows:
        follow.longest_wait = 0.0
    return follows


def _longest_wait(follows: Sequence[Follow]) -> float:
    return max((follow.longest_wait for follow in follows), default=0.0)


def _name(follow: Follow) -> str:
    return f"client {follow.number} of job {follow.job_id}"
