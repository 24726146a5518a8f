"""The gateway's part in Zuora, put together."""

from dataclasses import dataclass

from starlette.datastructures import State

from pressroom_common.database import Database
from pressroom_common.telemetry import Metrics
from pressroom_gateway.batches.repository import PostgresBatches
from pressroom_gateway.ledger.service import Ledger

from .client import ZuoraSyncClient
from .known import AskedZuora
from .measures import ZuoraMetrics
from .ports import Schedules
from .service import SyncService
from .settings import ZuoraSettings


@dataclass(frozen=True)
class ZuoraParts:
    client: ZuoraSyncClient
    known: AskedZuora
    syncs: SyncService
    test_seconds: float


def create_zuora(
    settings: ZuoraSettings, secret: str, database: Database, ledger: Ledger, metrics: Metrics
) -> ZuoraParts:
    """`secret` signs service tokens."""
    measures = ZuoraMetrics(metrics)
    client = ZuoraSyncClient(settings.zuora_sync_url, secret, settings.zuora_sync_seconds, measures)
    known = AskedZuora(client)
    syncs = SyncService(known, ledger, PostgresBatches(database), measures)
    return ZuoraParts(client, known, syncs, settings.zuora_sync_test_seconds)


def offer_zuora(state: State, parts: ZuoraParts, schedules: Schedules) -> None:
    state.zuora = parts
    state.zuora_schedules = schedules
