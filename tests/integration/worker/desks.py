"""An adapter under test, and how a test looks behind it."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue, AbstractRobustConnection

from integration.protocol.tables import RunsDatabase
from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import Control, Decoder, JobMeasures, JobSnapshots, Snapshot, WorkerHeartbeat, decoder
from pressroom_common.worker.ports import Events, Runs
from pressroom_common.worker.telling import RabbitEvents
from protocol.fakes import FakeEvents, FakeRuns
from protocol.runs import RunTable

_event = decoder(JobSnapshots | JobMeasures | WorkerHeartbeat)  # type: ignore[arg-type]
_control: Decoder[Control] = Decoder(Control)


class RunsDesk(Protocol):
    """Run tables, a clock that can be moved, and processes that use them."""

    def runs(self, holder: str = "generator-1") -> Runs: ...

    async def lapse(self, job_id: UUID) -> None: ...

    async def wake(self, job_id: UUID) -> None: ...

    def now(self) -> datetime: ...


class FakeRunsDesk:
    def __init__(self, table: RunTable) -> None:
        self._table = table

    def runs(self, holder: str = "generator-1") -> Runs:
        return FakeRuns(self._table, holder)

    async def lapse(self, job_id: UUID) -> None:
        self._table.lapse(job_id)

    async def wake(self, job_id: UUID) -> None:
        self._table.wake(job_id)

    def now(self) -> datetime:
        return self._table.now


class PostgresRunsDesk:
    def __init__(self, database: RunsDatabase) -> None:
        self._database = database

    def runs(self, holder: str = "generator-1") -> Runs:
        return self._database.runs(holder)

    async def lapse(self, job_id: UUID) -> None:
        await self._database.lapse(job_id)

    async def wake(self, job_id: UUID) -> None:
        await self._database.wake(job_id)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def count(self, table: str) -> int:
        return int((await self._database.rows(f"SELECT count(*) FROM {table}"))[0][0])


class EventsDesk(Protocol):
    """An adapter of events, and what those who listen hear of it."""

    @property
    def events(self) -> Events: ...

    async def ledger_hears(self, count: int) -> list[Snapshot]:
        """The next snapshots, as the ledger gets them."""
        ...

    async def ledger_hears_beat(self) -> WorkerHeartbeat: ...

    async def process_hears(self) -> Control:
        """The next word to the processes of the service."""
        ...


class FakeEventsDesk:
    def __init__(self) -> None:
        self.events = FakeEvents()

    async def ledger_hears(self, count: int) -> list[Snapshot]:
        heard, self.events.told = self.events.told[:count], self.events.told[count:]
        return heard

    async def ledger_hears_beat(self) -> WorkerHeartbeat:
        return self.events.beats.pop()

    async def process_hears(self) -> Control:
        return self.events.controls.pop()


class RabbitEventsDesk:
    """On a virtual host of its own. It listens beside the real queues' consumers, which are none."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.publisher = Publisher(url, confirm_seconds=5)
        self.events = RabbitEvents(self.publisher, "generator", "generator-1")

    async def start(self) -> None:
        self.publisher.start()
        await self.publisher.connected()
        self._connection: AbstractRobustConnection = await aio_pika.connect_robust(self._url)
        self._channel: AbstractChannel = await self._connection.channel()
        self._ledger: AbstractQueue = await self._channel.get_queue(topology.LEDGER_QUEUE)
        self.monitor: AbstractQueue = await self._channel.get_queue(topology.MONITOR_QUEUE)
        self._controls: AbstractQueue = await self._channel.declare_queue(exclusive=True)
        await self._controls.bind(topology.CONTROL, topology.control_key("generator"))

    async def stop(self) -> None:
        await self._connection.close()
        await self.publisher.stop()

    async def ledger_hears(self, count: int) -> list[Snapshot]:
        heard: list[Snapshot] = []
        while len(heard) < count:
            message = _event(await self.next(self._ledger))
            if isinstance(message, JobSnapshots):
                heard += message.snapshots
        return heard

    async def ledger_hears_beat(self) -> WorkerHeartbeat:
        beat = _event(await self.next(self._ledger))
        assert isinstance(beat, WorkerHeartbeat)
        return beat

    async def process_hears(self) -> Control:
        return _control(await self.next(self._controls))

    async def next(self, queue: AbstractQueue) -> bytes:
        async with asyncio.timeout(10):
            while True:
                message = await queue.get(fail=False)
                if message is not None:
                    await message.ack()
                    return message.body
                await asyncio.sleep(0.01)
