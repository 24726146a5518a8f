"""Wiring, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from pressroom_common.broker import create_broker, log_level_router, start_taking, stop_taking
from pressroom_common.database import Database
from pressroom_common.internal_http import Check, internal_app
from pressroom_common.patience import patiently
from pressroom_common.periodic import Periodic
from pressroom_common.serving import start_or_exit
from pressroom_common.telemetry import Metrics

from .attachment import check_attached
from .consumers import router as consumer_router
from .gauges import Gauges
from .http import router as http_router
from .ledger_client import HttpLedger
from .measures import FoldMetrics, JobMetrics, StateMetrics
from .migrations import SCHEMA
from .read_repository import PostgresReads
from .repository import PostgresHistory
from .retention import Retention
from .service import Folding, Pull
from .settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The internal application; its lifespan starts and drains the rest."""
    return Monitor(settings).asgi


class Monitor:
    """One process of the monitor."""

    def __init__(self, settings: Settings) -> None:
        metrics, secret = Metrics(), settings.service_token_secret.get_secret_value()
        fold_metrics = FoldMetrics(metrics)
        self._database = Database(settings, SCHEMA.name)
        self._history = PostgresHistory(self._database, settings.stale_seconds)
        self._ledger = HttpLedger(settings.gateway_url, secret, settings.gateway_seconds)
        self._broker = create_broker(settings.amqp_url.get_secret_value(), settings.drain_seconds)
        reads = PostgresReads(self._database, settings.stale_seconds)
        folding = Folding(self._history, fold_metrics, JobMetrics(metrics), settings.prefetch // 2)
        pull = Pull(self._ledger, self._history, folding, fold_metrics, settings.pull_limit)
        gauges = Gauges(reads, self._history, StateMetrics(metrics), settings.forget_seconds)
        self._upkeep = [
            Periodic("pull", settings.pull_seconds, pull.run),
            Periodic("gauges", settings.gauge_seconds, gauges.refresh),
        ]
        if settings.retention_seconds:
            retention = Retention(self._history, settings.retention_seconds)
            self._upkeep.append(Periodic("retention", settings.retention_sweep_seconds, retention.sweep))
        self._broker.include_router(consumer_router(folding, settings.prefetch))
        self._broker.include_router(log_level_router("monitor", settings.name))
        checks: dict[str, Check] = {
            "database": self._database.ping,
            "queue": partial(check_attached, self._broker),
            "fold": folding.check,
        }
        self.asgi = internal_app(metrics, checks, self._lifespan)
        self.asgi.include_router(http_router(reads, secret))

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        async with self._ledger:
            starting = start_or_exit(self._start())
            try:
                yield
            finally:
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
                await self._stop()

    async def _start(self) -> None:
        """However long the database and the broker take. Without its tables every message would be parked: so those
        are asked for first."""
        await patiently(self._history.cursor)
        for task in self._upkeep:
            task.start()
            task.wake()
        await start_taking(self._broker)

    async def _stop(self) -> None:
        """Take nothing more, and let the batch in flight end and be acked."""
        await stop_taking(self._broker)
        await self._broker.stop()
        for task in self._upkeep:
            await task.stop()
        await self._database.close()
