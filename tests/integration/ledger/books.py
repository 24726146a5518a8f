"""The ledger's tables as tests look at them, and replicas of a gateway whose messages are kept instead of published."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from msgspec import Raw
from pydantic import SecretStr
from sqlalchemy import text

from pressroom_common.contracts import CancelJob, Lane, RunJob, Transition, lane_queue
from pressroom_common.database import Database
from pressroom_common.errors import Unavailable
from pressroom_common.ids import uuid7
from pressroom_common.settings import DatabaseSettings
from pressroom_common.telemetry import Metrics
from pressroom_common.topology import LANES
from pressroom_gateway.ledger.capacity import Limits, Windows
from pressroom_gateway.ledger.control import JobControl
from pressroom_gateway.ledger.dependents import Dependents
from pressroom_gateway.ledger.dispatch_repository import PostgresPlaces
from pressroom_gateway.ledger.dispatcher import Dispatcher
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.measures import LedgerMetrics
from pressroom_gateway.ledger.outbox import Outbox
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.reading import JobReader
from pressroom_gateway.ledger.records import LoggedTransition, MadeJob, NewJob
from pressroom_gateway.ledger.repository import PostgresJobs
from pressroom_gateway.ledger.service import Ledger


def service_url(owner: str) -> str:
    """A role of the service's own, which the migration makes."""
    server = urlsplit(owner)
    return server._replace(netloc=f"gateway_test:gateway@{server.hostname}:{server.port}").geturl()


WIDE = Limits(smallest_window=100_000, tenant_jobs=100_000)
"""No limit that a test could reach by chance."""


class KeptWatchers:
    """Which jobs the ledger said were changed."""

    def __init__(self) -> None:
        self.heard: list[UUID] = []

    def changed(self, job_ids: Sequence[UUID]) -> None:
        self.heard += job_ids


class KeptCommands:
    """The port `Commands`: what was published stays here.

    `away`: the broker cannot be reached. Else it takes commands, but a test itself confirms them: in the background,
    confirmations would have rows locked when the dispatcher looks.
    """

    def __init__(self) -> None:
        self.away = False
        self.runs: list[RunJob] = []
        self.cancels: list[CancelJob] = []
        self.told: list[Transition] = []
        self.shown: list[UUID] = []

    @property
    def ready(self) -> bool:
        return not self.away

    async def run(self, command: RunJob, lane: Lane) -> None:  # noqa: ARG002 - it is the port's
        self._reach()
        self.runs.append(command)
        raise Unavailable("the confirmation was lost")

    async def cancel(self, directive: CancelJob) -> None:
        self._reach()
        self.cancels.append(directive)

    async def log(self, transitions: Sequence[Transition]) -> None:
        self._reach()
        self.told += transitions

    def _reach(self) -> None:
        if self.away:
            raise Unavailable("the broker is away")


class Replica:
    """One gateway's ledger and dispatcher. `woken`: how often the fold woke the dispatcher."""

    def __init__(self, database: Database, policy: Policy, limits: Limits, name: str, batch: int) -> None:
        windows = Windows(limits, [lane_queue("generator", lane) for lane in LANES])
        self.jobs = PostgresJobs(database, policy, windows)
        self.places = PostgresPlaces(database, windows, policy.silence)
        self.commands = KeptCommands()
        self.outbox = Outbox(self.jobs, self.commands)
        self.woken = 0
        measures = LedgerMetrics(Metrics())
        self.watchers = KeptWatchers()
        self.ledger = Ledger(self.jobs, self.places, self.outbox, policy, measures, name, self._wake, self.watchers)
        self.control = JobControl(self.jobs, self.places, self.outbox, policy, name, self._wake, self.watchers)
        self.dependents = Dependents(self.jobs, self.outbox, policy, self.watchers, batch, self._wake)
        self.reader = JobReader(self.jobs, self.places)
        self.dispatcher = Dispatcher(self.jobs, self.places, self.ledger, self.outbox, policy, measures, name, batch)

    async def submit(self, tenant: UUID, **wishes: Any) -> MadeJob:
        """Returns once its command has left, if it does."""
        made = await self.ledger.submit(new_job(tenant, **wishes))
        await asyncio.sleep(0)
        return made

    async def settled(self) -> None:
        """Whatever leaves behind an answer has left."""
        for _ in range(3):
            await asyncio.sleep(0)

    def sent(self, job_id: UUID) -> list[RunJob]:
        return [command for command in self.commands.runs if command.job_id == job_id]

    def cancels(self, job_id: UUID) -> list[CancelJob]:
        return [directive for directive in self.commands.cancels if directive.job_id == job_id]

    def _wake(self) -> None:
        self.woken += 1


def new_job(tenant: UUID, **wishes: Any) -> NewJob:
    """As a client asks for it; `wishes` change what it is."""
    fields: dict[str, Any] = {
        "id": uuid7(),
        "tenant_id": tenant,
        "kind": "generation.prompt",
        "lane": "default",
        "queue": "generator.default",
        "execution_mode": "async",
        "input": Raw(b'{"prompt":"Write."}'),
        "created_by": "tests",
        "model": "",
        "request_id": "request-1",
        "traceparent": "",
    }
    return NewJob(**{**fields, **wishes})


class Books:
    """The database of a gateway, with two tenants."""

    def __init__(self, url: str, database: Database) -> None:
        self._url = url
        self.database = database
        self._jobs = PostgresJobs(database, Policy(), Windows(WIDE, []))
        self.tenant = uuid7()
        self.other_tenant = uuid7()

    @classmethod
    async def open(cls, url: str) -> Self:
        settings = DatabaseSettings(database_url=SecretStr(url), database_pool=12)
        books = cls(url, Database(settings, "gateway"))
        for tenant in (books.tenant, books.other_tenant):
            await books.execute(
                "INSERT INTO tenants (id, slug, name) VALUES (:id, :slug, 'T')", id=tenant, slug=tenant.hex
            )
        return books

    async def close(self) -> None:
        await self.database.close()

    @asynccontextmanager
    async def replica(
        self, name: str = "gateway-1", batch: int = 200, limits: Limits = WIDE, **numbers: Any
    ) -> AsyncIterator[Replica]:
        """`numbers` of its policy."""
        replica = Replica(self.database, Policy(**numbers), limits, name, batch)
        try:
            yield replica
        finally:
            await replica.outbox.close()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of its own, for transactions that the test keeps open."""
        connection = await asyncpg.connect(self._url, server_settings={"search_path": "gateway"})
        try:
            yield connection
        finally:
            await connection.close()

    async def clear(self) -> None:
        """No jobs, no holds, no workers: windows and lanes are everybody's."""
        for table in ("jobs", "batches", "holds", "workers"):
            await self.execute(f"DELETE FROM {table}")

    async def job(self, job_id: UUID) -> Job:
        job, _ = await self.job_and_clock(job_id)
        return job

    async def job_and_clock(self, job_id: UUID) -> tuple[Job, datetime]:
        """The job, and the database's time."""
        found = await self._jobs.read(job_id)
        assert found is not None
        return found

    async def log(self, job_id: UUID) -> Sequence[LoggedTransition]:
        return await self._jobs.timeline(job_id)

    async def value(self, statement: str, **parameters: Any) -> Any:
        return (await self.database.fetch(text(statement), **parameters))[0][0]

    async def execute(self, statement: str, **parameters: Any) -> None:
        await self.database.execute(text(statement), **parameters)

    async def shift(self, job_id: UUID, seconds: float) -> None:
        """As if so much time had passed for the job."""
        times = ("due_at", "run_at", "published_at", "heard_at", "retry_base_at", "created_at")
        earlier = ", ".join(f"{time} = {time} - make_interval(secs => :seconds)" for time in times)
        await self.execute(f"UPDATE jobs SET {earlier} WHERE id = :id", seconds=seconds, id=job_id)

    async def check_log(self, job_id: UUID) -> None:
        """Versions without a gap, every entry a change, and the last one what the job shows."""
        job, log = await self.job(job_id), await self.log(job_id)
        assert [entry.version for entry in log] == list(range(1, job.version + 1))
        assert (log[-1].status, log[-1].attempt) == (job.status, job.attempt)
        moves = [(entry.status, entry.attempt) for entry in log]
        assert all(one != other for one, other in pairwise(moves))
