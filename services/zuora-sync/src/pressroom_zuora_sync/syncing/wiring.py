"""The jobs of this service put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from pressroom_common.contracts import ZUORA_EXTRACT_TASKS, ZUORA_SYNC
from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import Handler
from pressroom_zuora_sync.customers.ports import Environments
from pressroom_zuora_sync.settings import Settings
from pressroom_zuora_sync.vault import Vault
from pressroom_zuora_sync.zuora.ports import Zuoras

from .exporting import Tools
from .extracting import ExtractHandler
from .handlers import Rules, SyncHandler
from .measures import SyncMetrics
from .repository import PostgresSyncs
from .upkeep import syncs_upkeep
from .workshop import Workshop

_SNOOZE_LIMIT_SECONDS = 3600.0


@dataclass(frozen=True)
class Jobs:
    """`handlers`: by kind."""

    handlers: dict[str, Handler]
    upkeep: Sequence[Periodic]


def syncing(
    settings: Settings, database: Database, environments: Environments, zuoras: Zuoras, vault: Vault, metrics: Metrics
) -> Jobs:
    rows = PostgresSyncs(database, settings.full_seconds)
    measures = SyncMetrics(metrics)
    tools = Tools(syncs=rows, vault=vault, metrics=measures, workshop=Workshop(), most=settings.concurrency)
    rules = Rules(settings.guard_percent, _SNOOZE_LIMIT_SECONDS)
    handlers: dict[str, Handler] = {
        ZUORA_SYNC: SyncHandler(tools, environments, zuoras, measures, rules),
        ZUORA_EXTRACT_TASKS: ExtractHandler(rows, vault),
    }
    return Jobs(handlers, (syncs_upkeep(rows, measures),))
