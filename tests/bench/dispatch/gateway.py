"""The ledger and the dispatcher of one gateway, in this process and without HTTP, on a real broker and database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from bench.jobs import new_job
from bench.stack import Stack
from pressroom_common.broker import Publisher
from pressroom_common.contracts import CancelJob, Lane, RunJob, Transition
from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_common.migrations.runner import migrate
from pressroom_common.periodic import Periodic
from pressroom_common.settings import DatabaseSettings
from pressroom_common.telemetry import Metrics
from pressroom_gateway.ledger.capacity import Limits, Windows
from pressroom_gateway.ledger.commands import RabbitCommands
from pressroom_gateway.ledger.dispatch_repository import PostgresPlaces
from pressroom_gateway.ledger.dispatcher import Dispatcher
from pressroom_gateway.ledger.measures import LedgerMetrics
from pressroom_gateway.ledger.outbox import Outbox
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.repository import PostgresJobs
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.ledger.settings import LedgerSettings
from pressroom_gateway.migrations import SCHEMA

NAME = "gateway-1"
QUEUE = "generator.default"
WAVE = 400
"""Requests at a time. Two waves of publications are under way at most: a gateway with over 1,000 leaves new jobs to its
dispatcher, and those would not be direct."""
TENANTS = 5
PATIENCE = 3600.0
"""Seconds. Nobody claims these jobs, and a long run shall not count commands that were sent again for that."""


class CountedCommands:
    """The port `Commands`: those of the broker, and how many of them it has confirmed."""

    def __init__(self, commands: RabbitCommands) -> None:
        self._commands = commands
        self._confirmed = 0
        self._wanted = 0
        self._reached = asyncio.Event()

    @property
    def ready(self) -> bool:
        return self._commands.ready

    async def run(self, command: RunJob, lane: Lane) -> None:
        await self._commands.run(command, lane)
        self._confirmed += 1
        if self._confirmed == self._wanted:
            self._reached.set()

    async def cancel(self, directive: CancelJob) -> None:
        await self._commands.cancel(directive)

    async def log(self, transitions: Sequence[Transition]) -> None:
        await self._commands.log(transitions)

    async def reached(self, count: int) -> None:
        """Wait until the broker has confirmed so many."""
        self._wanted = count
        self._reached.clear()
        if self._confirmed < count:
            await self._reached.wait()


class Nobody:
    """Watches."""

    def changed(self, job_ids: Sequence[UUID]) -> None:
        pass


class Gateway:
    """Everything that it has taken goes out as soon as nothing holds it: its windows are as wide as is needed."""

    def __init__(self, database: Database, publisher: Publisher, tenants: Sequence[UUID], jobs: int) -> None:
        settings = LedgerSettings.model_validate({})
        policy = Policy(unclaimed_wait=PATIENCE, unclaimed_wait_limit=PATIENCE)
        windows = Windows(Limits(smallest_window=2 * jobs, tenant_share=1, tenant_jobs=2 * jobs), [QUEUE])
        store = PostgresJobs(database, policy, windows)
        measures = LedgerMetrics(Metrics())
        self._tenants = cycle(tenants)
        self._jobs = jobs
        self.places = PostgresPlaces(database, windows, policy.silence)
        self.commands = CountedCommands(RabbitCommands(publisher, NAME))
        self.outbox = Outbox(store, self.commands)
        self.ledger = Ledger(store, self.places, self.outbox, policy, measures, NAME, self._wake, Nobody())
        dispatcher = Dispatcher(
            store, self.places, self.ledger, self.outbox, policy, measures, NAME, settings.dispatch_batch
        )
        self.dispatching = Periodic(
            "dispatch", settings.dispatch_seconds, dispatcher.sweep, settings.dispatch_pace_seconds
        )

    async def publish_all(self) -> None:
        """All jobs, each at once: from the first request until the ledger knows that the broker has them."""
        async for submitted in self._waves():
            await self.commands.reached(submitted - WAVE)
        await self.published()

    async def keep_all(self) -> None:
        """All jobs, while a hold keeps them back."""
        async for _ in self._waves():
            pass

    async def _waves(self) -> AsyncIterator[int]:
        """Jobs that were submitted so far."""
        for submitted in range(0, self._jobs, WAVE):
            wave = min(WAVE, self._jobs - submitted)
            await asyncio.gather(*(self.ledger.submit(new_job(next(self._tenants))) for _ in range(wave)))
            yield submitted + wave

    def _wake(self) -> None:
        self.dispatching.wake()

    async def published(self) -> None:
        """Wait until the broker has confirmed all jobs, and the ledger knows it."""
        await self.commands.reached(self._jobs)
        await self.outbox.close()


class Site:
    """Where gateways are started: each on an empty ledger and a virtual host of its own."""

    def __init__(self, stack: Stack) -> None:
        self._servers = stack.servers
        self._owner_url = stack.servers.fresh_database("dispatch")
        server = urlsplit(self._owner_url)
        self._url = server._replace(netloc=f"dispatch_gateway:bench@{server.hostname}:{server.port}").geturl()
        migrate(SCHEMA, self._owner_url, self._url)

    @asynccontextmanager
    async def gateway(self, jobs: int) -> AsyncIterator[Gateway]:
        tenants = [uuid7() for _ in range(TENANTS)]
        await self._prepared(tenants)
        amqp_url = await asyncio.to_thread(self._servers.fresh_vhost, "dispatch")
        database = Database(DatabaseSettings(database_url=SecretStr(self._url)), SCHEMA.name)
        publisher = Publisher(amqp_url, confirm_seconds=5)
        publisher.start()
        try:
            await publisher.connected()
            gateway = Gateway(database, publisher, tenants, jobs)
            gateway.dispatching.start()
            yield gateway
            await gateway.dispatching.stop()
        finally:
            await publisher.stop()
            await database.close()
            vhost = urlsplit(amqp_url).path.removeprefix("/")
            await asyncio.to_thread(self._servers.rabbitmq.management.delete_vhost, vhost)

    async def unlike(self) -> int:
        """Jobs that were not published exactly once, or whose publication the ledger does not know to be confirmed."""
        count: int = await self._value("SELECT count(*) FROM jobs WHERE NOT confirmed OR dispatch <> 1")
        return count

    async def _prepared(self, tenants: Sequence[UUID]) -> None:
        await self._value("TRUNCATE jobs, job_log, holds, workers CASCADE")
        for tenant in tenants:
            await self._value("INSERT INTO tenants (id, slug, name) VALUES ($1, $2, 'Bench')", tenant, tenant.hex)

    async def _value(self, statement: str, *parameters: object) -> Any:
        connection = await asyncpg.connect(self._owner_url, server_settings={"search_path": SCHEMA.name})
        try:
            return await connection.fetchval(statement, *parameters)
        finally:
            await connection.close()
