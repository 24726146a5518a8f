"""The ledger's parts put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pressroom_common.broker import Publisher, create_broker, start_taking
from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.serving import start_or_exit
from pressroom_common.telemetry import Metrics
from pressroom_gateway.settings import Settings

from .commands import RabbitCommands
from .consumers import router
from .dispatcher import Dispatcher
from .measures import LedgerMetrics
from .outbox import Outbox
from .reading import JobReader
from .repository import PostgresJobs
from .service import Ledger

_FORGET_SECONDS = 600.0


@dataclass(frozen=True)
class LedgerParts:
    jobs: PostgresJobs
    ledger: Ledger
    reader: JobReader
    publisher: Publisher
    outbox: Outbox
    dispatching: Periodic


def create_ledger(settings: Settings, database: Database, metrics: Metrics) -> LedgerParts:
    policy = settings.policy()
    jobs = PostgresJobs(database, policy)
    publisher = Publisher(settings.amqp_url.get_secret_value(), settings.confirm_seconds)
    outbox = Outbox(jobs, RabbitCommands(publisher, settings.name))
    measures = LedgerMetrics(metrics)
    ledger = Ledger(jobs, outbox, policy, measures, settings.name, wake=lambda: dispatching.wake())  # noqa: PLW0108 - it is made below
    dispatcher = Dispatcher(jobs, ledger, outbox, policy, measures, settings.name, settings.dispatch_batch)
    dispatching = Periodic("dispatch", settings.dispatch_seconds, dispatcher.sweep)
    return LedgerParts(jobs, ledger, JobReader(jobs), publisher, outbox, dispatching)


@asynccontextmanager
async def running_ledger(settings: Settings, parts: LedgerParts) -> AsyncIterator[None]:
    """The gateway serves while the broker is away: it takes jobs, and publishes them once the broker is there."""
    broker = create_broker(settings.amqp_url.get_secret_value())
    broker.include_router(router(parts.ledger, settings.ledger_prefetch))
    forgetting = Periodic("forget idempotency keys", _FORGET_SECONDS, parts.ledger.forget_keys)

    async def start() -> None:
        await parts.publisher.connected()
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
        await parts.dispatching.stop()
        await forgetting.stop()
        await parts.outbox.close()
        await parts.publisher.stop()
