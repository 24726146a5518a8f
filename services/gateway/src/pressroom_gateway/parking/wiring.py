"""Parking's parts put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pressroom_common.broker import create_broker, start_taking
from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.serving import start_or_exit
from pressroom_common.telemetry import Metrics
from pressroom_gateway.ledger.parked import ParkedCommands
from pressroom_gateway.ledger.wiring import LedgerParts
from pressroom_gateway.settings import Settings

from .consumers import router
from .measures import ParkingMetrics
from .repository import PostgresMessages
from .service import Parking

_HOUSE_SECONDS = 60.0
_STOP_SECONDS = 5.0
"""What is not stored by then stays in the queue."""


def create_parking(settings: Settings, database: Database, ledger: LedgerParts, metrics: Metrics) -> Parking:
    commands = ParkedCommands(ledger.jobs, ledger.outbox, ledger.control, settings.name)
    return Parking(
        PostgresMessages(database), commands, ledger.publisher, ParkingMetrics(metrics), settings.parked_keep_seconds
    )


@asynccontextmanager
async def running_parking(settings: Settings, parking: Parking, ledger: LedgerParts) -> AsyncIterator[None]:
    """Inside the ledger's run: its publisher declares the topology, and carries what is replayed."""
    broker = create_broker(settings.amqp_url.get_secret_value(), _STOP_SECONDS)
    broker.include_router(router(parking, settings.parked_prefetch))
    housekeeping = Periodic("parked messages", _HOUSE_SECONDS, parking.keep_house)

    async def start() -> None:
        await ledger.publisher.connected()
        await start_taking(broker)

    housekeeping.start()
    housekeeping.wake()
    starting = start_or_exit(start())
    try:
        yield
    finally:
        starting.cancel()
        await broker.stop()
        await housekeeping.stop()
