"""Wiring of a worker service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI

from pressroom_common import topology
from pressroom_common.broker import Publisher, create_broker, start_taking, stop_taking
from pressroom_common.database import Database
from pressroom_common.internal_http import internal_app
from pressroom_common.periodic import Periodic
from pressroom_common.serving import start_or_exit
from pressroom_common.settings import WorkerSettings
from pressroom_common.telemetry import Metrics

from .clearing import NOTHING, Clearing, Keeping
from .consumers import router
from .control import Controls
from .heart import Heart
from .measures import WorkerMetrics
from .memory import MemoryLimit, resident_bytes
from .repository import PostgresRuns
from .restart import Restart
from .run import Handler
from .service import Worker
from .sweeper import Sweeper
from .telling import RabbitEvents

_FOLLOWERS_SECONDS = 2.0
"""How often those are looked for who follow no more."""
_CLEARING_SECONDS = 10.0
"""How often it is looked whether forgotten runs left something."""


class WorkerApp:
    """One process of a worker service: `asgi` is its internal HTTP, whose lifespan starts and drains the rest."""

    def __init__(
        self,
        service: str,
        settings: WorkerSettings,
        handlers: Mapping[str, Handler],
        metrics: Metrics,
        closing: Sequence[Callable[[], Awaitable[None]]] = (),
        keeping: Keeping = NOTHING,
        *,
        database: Database | None = None,
        upkeep: Sequence[Periodic] = (),
        within: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        """`closing` is called last, when no run is held any more. `keeping`: what goes with runs that are forgotten.

        `database`: that of the handlers, if they have one, closed before that; else one of the schema that is named as
        the service. `upkeep`: more of the service's own. `within`: what is open from before the start until then, such
        as an HTTP client's connections.
        """
        self._service = service
        self._settings = settings
        self._database = database or Database(settings, service)
        self._publisher = Publisher(settings.amqp_url.get_secret_value(), settings.confirm_seconds)
        self._broker = create_broker(settings.amqp_url.get_secret_value())
        events = RabbitEvents(self._publisher, service, settings.name)
        runs = PostgresRuns(self._database, settings.name, settings.lease_seconds, settings.claim_cap, keeping.kinds)
        measures = WorkerMetrics(metrics)
        self.worker = Worker(runs, events, handlers, measures)
        restart = Restart(measures)
        self._memory = MemoryLimit(settings.memory_limit_mb, restart)
        self._heart = Heart(service, settings, self.worker, events)
        self._beating = Periodic("heartbeat", settings.heartbeat_seconds, self._beat)
        self._upkeep = (*self._own_upkeep(runs, keeping), *upkeep)
        controls = Controls(settings.name, self.worker, self._drained, restart)
        self._broker.include_router(router(service, self.worker, controls, settings))
        self._started = asyncio.Event()
        self._draining: asyncio.Task[None] | None = None
        self._closing = closing
        self._within = within
        self.asgi = internal_app(metrics, self._checks(), self._lifespan)

    def _own_upkeep(self, runs: PostgresRuns, keeping: Keeping) -> tuple[Periodic, ...]:
        seconds = self._settings.sweep_seconds
        return (
            Periodic("renew", self._settings.renew_seconds, self.worker.renew),
            Periodic("sweep", seconds, Sweeper(runs, self.worker, seconds).sweep),
            self._beating,
            Periodic("followers", _FOLLOWERS_SECONDS, self._expire_followers),
            Periodic("clearing", _CLEARING_SECONDS, Clearing(runs, keeping).sweep),
        )

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        async with self._within():
            self._publisher.start()
            starting = start_or_exit(self._start())
            try:
                yield
            finally:
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
                await self._stop()

    async def _start(self) -> None:
        """However long the database and the broker take: nothing is taken before everything stands."""
        await self._publisher.connected()
        await self.worker.end_predecessor()
        for task in self._upkeep:
            task.start()
        await start_taking(self._broker)
        self._started.set()
        await self._heart.beat()

    async def _beat(self) -> None:
        if not self.worker.draining:  # who drains ends anyway; or stays, with nothing to do, because somebody wants so
            self._memory.check(resident_bytes())
        await self._heart.beat()

    async def _expire_followers(self) -> None:
        self.worker.following.expire()

    def _drained(self) -> asyncio.Task[None]:
        """Done when nothing is held any more; begun at the first call, whoever makes it."""
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name="drain")
        return self._draining

    async def _drain(self) -> None:
        """Take no more commands, and let runs finish or hand them back. Cancels and control are still heard."""
        await self._started.wait()  # what is not subscribed yet cannot be stopped
        await stop_taking(self._broker, topology.lane_queues(self._service))
        self._beating.wake()
        await self.worker.drain(self._settings.drain_seconds)
        self._beating.wake()

    async def _stop(self) -> None:
        """Stop taking, let runs finish or hand them back, and tell that we are gone."""
        was_taking = self._started.is_set()
        if was_taking:
            await stop_taking(self._broker)
            await self._drained()
        await self._broker.stop()
        for task in self._upkeep:
            await task.stop()
        if was_taking:
            await self._heart.stop()
        await self._publisher.stop()
        await self._database.close()
        for close in self._closing:
            await close()

    def _checks(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {"database": self._database.ping, "broker": self._publisher.check, "worker": self._check}

    async def _check(self) -> None:
        if self.worker.draining or not self._started.is_set():
            raise RuntimeError("draining" if self.worker.draining else "starting")
