"""The faults of a run, each on its own target, and what has to be remembered of them to judge the rows."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from chaos.plan import Fault, FaultKind, Hold, Plan
from chaos.system import DECLARED_SECONDS, ChaosSystem
from integration.delivery.echo import Echo
from integration.delivery.processes import eventually

RUNNING, QUEUED = 20, 200
"""Jobs when the broker loses its data, at least."""
FLOOD_MS = 10_000
PACE = {"latency_ms": 1_400, "latency_jitter": 1_200}


@dataclass
class Done:
    """What was done, and what is therefore allowed."""

    faults: Counter[str] = field(default_factory=Counter)
    in_flight: set[UUID] = field(default_factory=set)
    """Calls of generators when they were killed, or stopped past their leases: these alone may be bought again."""
    lost_at: datetime | None = None
    """When the broker's data were deleted."""
    queued: int = 0
    running: int = 0
    """When the broker's data were deleted."""


class Faults:
    def __init__(self, system: ChaosSystem, plan: Plan) -> None:
        self.done = Done()
        self._system = system
        self._plan = plan
        self._ways: dict[FaultKind, Callable[[Fault], Awaitable[None]]] = {
            "kill generator": self._kill_generator,
            "kill gateway": lambda fault: system.killed(system.gateways[fault.target], fault.away),
            "kill monitor": lambda fault: system.killed(system.monitor, fault.away),
            "kill broker": self._kill_broker,
            "restart database": self._restart_database,
            "stop generator": self._stop_generator,
            "duplicate": self._duplicate,
        }

    async def happen(self) -> None:
        """All but the loss of the broker's data."""
        await asyncio.gather(
            self._in_turn(self._plan.on_servers),
            self._in_turn(self._plan.on_processes),
            *(self._hold(hold) for hold in self._plan.holds),
        )

    async def lose_broker_data(self) -> None:
        """With many jobs in its queues, and others running."""
        system, broker = self._system, self._system.servers.rabbitmq
        done = self.done

        async def is_full() -> bool:
            done.queued, done.running = await system.queued(), len(await system.provider.calls("in_flight"))
            return done.queued >= QUEUED and done.running >= RUNNING

        await eventually(is_full, f"{QUEUED} jobs are queued and {RUNNING} run")
        await system.provider.changes(**PACE)
        done.lost_at = datetime.now(UTC)
        await asyncio.to_thread(broker.remove)
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(broker.create_vhost, system.vhost)
        done.faults["lose broker data"] += 1

    async def _in_turn(self, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            await asyncio.sleep(fault.pause)
            await self._ways[fault.kind](fault)
            self.done.faults[fault.kind] += 1

    async def _kill_generator(self, fault: Fault) -> None:
        victim = self._system.generators[fault.target]
        self.done.in_flight |= await self._system.frozen(victim)
        await self._system.killed(victim, fault.away)

    async def _stop_generator(self, fault: Fault) -> None:
        victim = self._system.generators[fault.target]
        self.done.in_flight |= await self._system.frozen(victim)
        await asyncio.sleep(fault.away)
        victim.signal(signal.SIGCONT)

    async def _kill_broker(self, fault: Fault) -> None:
        broker = self._system.servers.rabbitmq
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(fault.away)
        await asyncio.to_thread(broker.start)
        await asyncio.sleep(DECLARED_SECONDS)

    async def _restart_database(self, fault: Fault) -> None:
        """Once cleanly, once as a power cut would."""
        database = self._system.servers.postgres
        end = database.stop if fault.away else database.kill
        async with self._system.steady:
            await asyncio.to_thread(end)
            await asyncio.sleep(fault.away)
            await asyncio.to_thread(database.start)

    async def _duplicate(self, fault: Fault) -> None:
        """What is published is delivered three times, and once more later, in any order."""
        async with Echo(self._system.amqp_url) as echo:
            await asyncio.sleep(fault.away)
            await echo.replay(times=1, seed=self._plan.seed)
        self.done.faults["messages delivered again"] += 3 * len(echo.heard)

    async def _hold(self, hold: Hold) -> None:
        await asyncio.sleep(hold.after)
        await self._system.order(f"/v1/admin/{hold.what}/pause")
        await asyncio.sleep(hold.seconds)
        await self._system.order(f"/v1/admin/{hold.what}/resume")
        self.done.faults["hold a lane, a tenant or a kind"] += 1
