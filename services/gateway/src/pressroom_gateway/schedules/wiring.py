"""Schedules put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import State

from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.telemetry import Metrics
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.zuora.client import ZuoraSyncClient
from pressroom_gateway.zuora.ports import Known
from pressroom_gateway.zuora.wiring import ZuoraParts, offer_zuora

from .measures import ScheduleMetrics
from .repository import PostgresSchedules
from .service import ScheduleService
from .settings import ScheduleSettings
from .sweep import ScheduleSweep


@dataclass(frozen=True)
class ScheduleParts:
    service: ScheduleService
    sweeping: Periodic


def create_schedules(
    settings: ScheduleSettings, database: Database, known: Known, ledger: Ledger, metrics: Metrics
) -> ScheduleParts:
    schedules = PostgresSchedules(database)
    sweep = ScheduleSweep(schedules, ledger, ScheduleMetrics(metrics), settings.schedule_sweep_batch)
    sweeping = Periodic("schedules", settings.schedule_sweep_seconds, sweep.sweep)
    return ScheduleParts(ScheduleService(schedules, known, ledger), sweeping)


def offer_schedules(state: State, parts: ScheduleParts, zuora: ZuoraParts) -> None:
    """Both: environments that are deleted take their schedules with them."""
    offer_zuora(state, zuora, parts.service)
    state.schedules = parts.service


@asynccontextmanager
async def running_schedules(parts: ScheduleParts, zuora: ZuoraSyncClient) -> AsyncIterator[None]:
    """While the ledger runs."""
    async with zuora.running():
        parts.sweeping.start()
        try:
            yield
        finally:
            await parts.sweeping.stop()
