"""How runs are told: the snapshots that gather while one flush is in flight leave together, in two messages."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from pressroom_common import topology
from pressroom_common.batcher import Batcher
from pressroom_common.broker import Publisher
from pressroom_common.contracts import (
    NOTHING,
    Control,
    JobMeasures,
    JobSnapshots,
    LiveRun,
    LiveRuns,
    Snapshot,
    WorkerHeartbeat,
    encode,
)
from pressroom_common.ids import uuid7

from .records import RunRow

_PACE = 0.1
"""Seconds between flushes of starts: nobody waits for them, and a fold of five costs little more than a fold of one."""


class RabbitEvents:
    """`source` is this process's name."""

    def __init__(self, publisher: Publisher, service: str, source: str) -> None:
        self._publisher = publisher
        self._service = service
        self._source = source
        self._batcher: Batcher[Snapshot, None] = Batcher(self._flush, limit=50)
        self._starts: Batcher[Snapshot, None] = Batcher(self._flush, limit=50, pace=_PACE)

    async def tell(self, row: RunRow) -> None:
        await self._batcher.submit(row.snapshot())

    def tell_soon(self, row: RunRow) -> None:
        self._starts.put(row.snapshot())

    async def beat(self, heartbeat: WorkerHeartbeat) -> None:
        await self._publisher.publish(topology.EVENTS, topology.HEARTBEAT_KEY, encode(heartbeat))

    async def control(self, message: Control) -> None:
        await self._publisher.send(topology.CONTROL, topology.control_key(self._service), encode(message))

    async def live(self, gateway: str, runs: Sequence[LiveRun]) -> None:
        message = LiveRuns(id=uuid7(), source=self._source, time=datetime.now(UTC), runs=tuple(runs))
        await self._publisher.send(topology.LIVE, gateway, encode(message))

    async def _flush(self, snapshots: Sequence[Snapshot]) -> list[None]:
        now = datetime.now(UTC)
        told = JobSnapshots(id=uuid7(), source=self._source, time=now, snapshots=tuple(snapshots))
        bare = tuple(replace(snapshot, result=NOTHING) if snapshot.result else snapshot for snapshot in snapshots)
        measured = JobMeasures(id=uuid7(), source=self._source, time=now, snapshots=bare)
        await asyncio.gather(
            self._publisher.publish(topology.EVENTS, topology.SNAPSHOTS_KEY, encode(told)),
            self._publisher.publish(topology.EVENTS, topology.MEASURES_KEY, encode(measured)),
        )
        return [None] * len(snapshots)
