"""Batches' parts put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import State

from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_gateway.content.repository import PostgresSources
from pressroom_gateway.ledger.wiring import LedgerParts
from pressroom_gateway.live.service import Live

from .making import BulkLimits, BulkService
from .repository import PostgresBatches
from .service import BatchService
from .settings import BatchSettings
from .watching import BatchWatching

_LOOK_SECONDS = 5.0
_HOUSE_SECONDS = 600.0


@dataclass(frozen=True)
class BatchParts:
    making: BulkService
    service: BatchService
    watching: BatchWatching


def create_batches(settings: BatchSettings, database: Database, ledger: LedgerParts, live: Live) -> BatchParts:
    batches = PostgresBatches(database)
    limits = BulkLimits(settings.bulk_items, settings.bulk_body_bytes)
    service = BatchService(batches, ledger.control, ledger.reader)
    watching = BatchWatching(service.standing)
    live.also_tell(watching)
    return BatchParts(BulkService(batches, PostgresSources(database), ledger.ledger, limits), service, watching)


def offer_batches(state: State, parts: BatchParts) -> None:
    state.bulk_generations = parts.making
    state.batches = parts.service
    state.batch_watching = parts.watching


@asynccontextmanager
async def running_batches(parts: BatchParts) -> AsyncIterator[None]:
    upkeep = (
        Periodic("look at watched batches", _LOOK_SECONDS, parts.watching.look_again),
        Periodic("the batches' house", _HOUSE_SECONDS, parts.service.keep_house),
    )
    for task in upkeep:
        task.start()
    try:
        yield
    finally:
        for task in upkeep:
            await task.stop()
