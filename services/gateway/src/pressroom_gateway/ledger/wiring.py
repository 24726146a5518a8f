"""The ledger's parts put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pressroom_common import topology
from pressroom_common.broker import Publisher, create_broker, log_level_router, start_taking
from pressroom_common.contracts import lane_queue
from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.serving import start_or_exit
from pressroom_common.telemetry import Metrics
from pressroom_gateway.settings import Settings

from .bulk import BulkControl
from .capacity import Windows
from .commands import RabbitCommands
from .consumers import router
from .control import JobControl
from .dependents import Dependents
from .dispatch_repository import PostgresPlaces
from .dispatcher import Dispatcher
from .holding import Holding
from .measures import LedgerMetrics
from .outbox import Outbox
from .ports import Watchers
from .reading import JobReader
from .repository import PostgresJobs
from .service import Ledger

_HOUSE_SECONDS = 600.0
_QUEUES = [lane_queue(service, lane) for service in topology.WORKER_SERVICES for lane in topology.LANES]


@dataclass(frozen=True)
class LedgerParts:
    jobs: PostgresJobs
    places: PostgresPlaces
    ledger: Ledger
    control: JobControl
    bulk: BulkControl
    holding: Holding
    reader: JobReader
    publisher: Publisher
    outbox: Outbox
    settling: Periodic
    dispatching: Periodic


def create_ledger(
    settings: Settings, database: Database, publisher: Publisher, watchers: Watchers, metrics: Metrics
) -> LedgerParts:
    policy = settings.policy()
    windows = Windows(settings.limits(), _QUEUES)
    jobs = PostgresJobs(database, policy, windows)
    places = PostgresPlaces(database, windows, policy.silence)
    commands = RabbitCommands(publisher, settings.name)
    outbox = Outbox(jobs, commands)
    measures = LedgerMetrics(metrics)

    def wake() -> None:
        settling.wake()
        dispatching.wake()

    ledger = Ledger(jobs, places, outbox, policy, measures, settings.name, wake, watchers)
    control = JobControl(jobs, places, outbox, policy, settings.name, wake, watchers)
    reader = JobReader(jobs, places)
    dispatcher = Dispatcher(jobs, places, ledger, outbox, policy, measures, settings.name, settings.dispatch_batch)

    # Side by side: what takes one of them long, or stops it, does not stop the other.
    seconds, pace = settings.dispatch_seconds, settings.dispatch_pace_seconds
    dispatching = Periodic("dispatch", seconds, dispatcher.sweep, pace)
    dependents = Dependents(jobs, outbox, policy, watchers, settings.dispatch_batch, dispatching.wake)
    settling = Periodic("settle", seconds, dependents.settle_all, pace)
    return LedgerParts(
        jobs=jobs,
        places=places,
        ledger=ledger,
        control=control,
        bulk=BulkControl(jobs, control),
        holding=Holding(places, windows, wake),
        reader=reader,
        publisher=publisher,
        outbox=outbox,
        settling=settling,
        dispatching=dispatching,
    )


@asynccontextmanager
async def running_ledger(settings: Settings, parts: LedgerParts) -> AsyncIterator[None]:
    """The gateway serves while the broker is away: it takes jobs, and publishes them once the broker is there."""
    broker = create_broker(settings.amqp_url.get_secret_value())
    broker.include_router(router(parts.ledger, settings.ledger_prefetch))
    broker.include_router(log_level_router("gateway", settings.name))
    forgetting = Periodic("the ledger's house", _HOUSE_SECONDS, parts.ledger.keep_house)

    async def start() -> None:
        await parts.publisher.connected()
        parts.settling.start()
        parts.dispatching.start()
        await start_taking(broker)

    parts.publisher.start()
    forgetting.start()
    starting = start_or_exit(start())
    try:
        yield
    finally:
        starting.cancel()
        await broker.stop()
        await parts.settling.stop()
        await parts.dispatching.stop()
        await forgetting.stop()
        await parts.outbox.close()
        await parts.publisher.stop()
