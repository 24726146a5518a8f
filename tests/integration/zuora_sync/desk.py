"""Syncs as the worker kit runs them, on a real database against a fake Zuora over HTTP; and what is in the rows."""

import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw
from pydantic import SecretStr
from sqlalchemy import text

from integration.delivery.processes import eventually
from pressroom_common.contracts import (
    ZUORA_EXTRACT_TASKS,
    ZUORA_SYNC,
    CancelJob,
    CancelReason,
    ExtractTasksInput,
    RunJob,
    SyncInput,
    SyncResult,
    encode,
)
from pressroom_common.database import Database, Row
from pressroom_common.ids import uuid7
from pressroom_common.settings import DatabaseSettings
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import Handler
from pressroom_common.worker.measures import WorkerMetrics
from pressroom_common.worker.records import RunRow
from pressroom_common.worker.repository import PostgresRuns
from pressroom_common.worker.service import Worker
from pressroom_common.zuora_reads import EnvironmentEdit, NewEnvironment
from pressroom_devstack.fake_zuora import FakeZuora
from pressroom_zuora_sync.customers.credentials import StoredCredentials
from pressroom_zuora_sync.customers.repository import PostgresCustomers, PostgresEnvironments
from pressroom_zuora_sync.customers.sealing import Sealing
from pressroom_zuora_sync.migrations import SCHEMA
from pressroom_zuora_sync.syncing.exporting import Tools
from pressroom_zuora_sync.syncing.extracting import ExtractHandler
from pressroom_zuora_sync.syncing.handlers import Rules, SyncHandler
from pressroom_zuora_sync.syncing.measures import SyncMetrics
from pressroom_zuora_sync.syncing.repository import PostgresSyncs
from pressroom_zuora_sync.syncing.workshop import Workshop
from pressroom_zuora_sync.vault import Sealed, Vault, version_of
from pressroom_zuora_sync.zuora.gates import ZuoraGates
from pressroom_zuora_sync.zuora.records import Limits
from protocol.fakes import FakeEvents

TENANT = UUID(int=8)
LEASE = 3600.0
DAY = 86_400.0
GUARD = 20.0
_CHANGED = (
    """SELECT id, zuora_id, name, status, listed, version, missed, deleted_at, export_error::text AS export_error
    FROM workflows WHERE environment_id = :id ORDER BY id""",
    """SELECT v.workflow_id, v.number, v.hash, v.raw FROM versions v JOIN workflows w ON w.id = v.workflow_id
    WHERE w.environment_id = :id ORDER BY 1, 2""",
    """SELECT workflow_id, zuora_task_id, details::text AS details, xmin::text AS written FROM tasks
    WHERE environment_id = :id ORDER BY 1, 2""",
    """SELECT l.*, l.xmin::text AS written FROM linkages l JOIN workflows w ON w.id = l.workflow_id
    WHERE w.environment_id = :id ORDER BY 1, 2""",
)
VAULT_KEY = b"k" * 32
VAULT = Vault({"key-1": VAULT_KEY}, "key-1")


@dataclass(frozen=True)
class Ended:
    """A run as it ended."""

    row: RunRow

    @property
    def result(self) -> SyncResult:
        assert self.row.state == "completed", self.row
        assert self.row.result is not None
        return msgspec.json.decode(self.row.result, type=SyncResult)

    @property
    def error(self) -> tuple[str, str]:
        """Code and class."""
        assert self.row.error is not None, self.row
        return self.row.error.code, self.row.error.error_class

    @property
    def faults(self) -> dict[int, str]:
        """Codes, by Zuora's id."""
        return {fault.zuora_id: fault.code for fault in self.result.errors}


class Desk:
    """`most`: calls at once."""

    def __init__(self, database: Database, zuora: FakeZuora, most: int = 8) -> None:
        self.zuora = zuora
        self.database = database
        self.metrics = Metrics()
        self.events = FakeEvents()
        self._limits = Limits(
            concurrency=most,
            most=most,
            tries=3,
            rate_limited_tries=4,
            longest_wait=1.0,
            deadline=10.0,
            origins=frozenset([zuora.origin]),
        )
        self.zuoras = ZuoraGates(self._limits)
        self.runs = PostgresRuns(database, "zuora-sync-1", LEASE, 5)
        self.syncs = PostgresSyncs(database, DAY)
        self._measures = SyncMetrics(self.metrics)
        self.worker = self.new_worker()
        self._rows = PostgresEnvironments(database)

    def new_worker(self, syncs: PostgresSyncs | None = None) -> Worker:
        """Another process, as far as the rows know."""
        measures = self._measures
        tools = Tools(
            syncs=syncs or self.syncs,
            vault=VAULT,
            metrics=measures,
            workshop=Workshop(),
            most=self._limits.most,
        )
        credentials = StoredCredentials(PostgresEnvironments(self.database), VAULT)
        handler = SyncHandler(tools, credentials, self.zuoras, measures, Rules(GUARD, 3600.0))
        handlers: dict[str, Handler] = {ZUORA_SYNC: handler, ZUORA_EXTRACT_TASKS: ExtractHandler(self.syncs, VAULT)}
        return Worker(self.runs, self.events, handlers, WorkerMetrics(Metrics()))

    def forget_tokens(self) -> None:
        """As a process that was just started."""
        self.zuoras._tokens.__init__()  # type: ignore[misc]

    async def environment(self, client_id: str, secret: str = "fake", **more: Any) -> UUID:
        """Of a customer of its own, of the same name."""
        environment_id = uuid7()
        wish = NewEnvironment(
            name="production",
            base_url=self.zuora.origin,
            client_id=client_id,
            client_secret=SecretStr(secret),
            entity_id=more.get("entity_id"),
        )
        row = Sealing(VAULT, self._limits.origins).row(environment_id, wish)
        if "base_url" in more:
            row = replace(row, base_url=more["base_url"])
            sealed = Sealing(VAULT, frozenset([row.base_url])).row(environment_id, wish.model_copy(update=more))
            row = replace(row, secret=sealed.secret)
        await PostgresCustomers(self.database).add(
            more.get("tenant_id", TENANT), uuid7(), f"{client_id} {environment_id}", [row]
        )
        return environment_id

    async def edit(self, environment_id: UUID, **edit: Any) -> None:
        seen = await self._rows.stored(None, environment_id)
        assert seen is not None
        row = Sealing(VAULT, self._limits.origins).edited(seen, EnvironmentEdit(**edit))
        assert await self._rows.change(seen, row)

    # Jobs

    def sync(self, environment_id: UUID, *, job_id: UUID | None = None, attempt: int = 1, **wish: Any) -> "Job":
        input_ = SyncInput(environment_id=environment_id, **wish)
        return Job(self, job_id or uuid7(), ZUORA_SYNC, attempt, input_)

    def extract(self, environment_id: UUID, workflow_id: UUID | None = None) -> "Job":
        return Job(
            self,
            uuid7(),
            ZUORA_EXTRACT_TASKS,
            1,
            ExtractTasksInput(environment_id=environment_id, workflow_id=workflow_id),
        )

    # Rows

    async def rows(self, statement: str, **parameters: Any) -> Sequence[Row]:
        return await self.database.fetch(text(statement), **parameters)

    async def value(self, statement: str, **parameters: Any) -> Any:
        return (await self.rows(statement, **parameters))[0][0]

    async def alive(self, environment_id: UUID) -> set[int]:
        found = await self.rows(
            "SELECT zuora_id FROM workflows WHERE environment_id = :id AND deleted_at IS NULL", id=environment_id
        )
        return {row.zuora_id for row in found}

    async def deleted(self, environment_id: UUID) -> dict[int, UUID]:
        """Ids of workflows that are deleted, by Zuora's."""
        found = await self.rows(
            "SELECT zuora_id, id FROM workflows WHERE environment_id = :id AND deleted_at IS NOT NULL",
            id=environment_id,
        )
        return {row.zuora_id: row.id for row in found}

    async def snapshot(self, environment_id: UUID) -> list[Any]:
        """Everything of the environment that a sync may change, but for dates."""
        return [[dict(row) for row in await self.rows(each, id=environment_id)] for each in _CHANGED]

    async def stored(self, environment_id: UUID) -> dict[int, dict[str, Any]]:
        """Of workflows that are not deleted: columns, and the newest export as it came; by Zuora's id."""
        rows = await self.rows(
            "SELECT w.*, v.raw, v.key_id, v.draft, v.zuora_version, v.zuora_version_id, v.redacted::text AS redacted "
            "FROM workflows w LEFT JOIN versions v ON v.workflow_id = w.id AND v.number = w.version "
            "WHERE w.environment_id = :id AND w.deleted_at IS NULL",
            id=environment_id,
        )
        return {row.zuora_id: dict(row) | {"export": _opened(row)} for row in rows}

    async def tasks(self, environment_id: UUID) -> dict[UUID, dict[int, Row]]:
        found: dict[UUID, dict[int, Row]] = {}
        for row in await self.rows(
            "SELECT t.*, t.details::text AS detail FROM tasks t JOIN workflows w ON w.id = t.workflow_id "
            "WHERE w.environment_id = :id",
            id=environment_id,
        ):
            found.setdefault(row.workflow_id, {})[row.zuora_task_id] = row
        return found

    async def linkages(self, environment_id: UUID) -> dict[UUID, list[Row]]:
        found: dict[UUID, list[Row]] = {}
        for row in await self.rows(
            "SELECT l.* FROM linkages l JOIN workflows w ON w.id = l.workflow_id WHERE w.environment_id = :id "
            "ORDER BY workflow_id, position",
            id=environment_id,
        ):
            found.setdefault(row.workflow_id, []).append(row)
        return found


@dataclass
class Job:
    """One attempt at a job."""

    desk: Desk
    id: UUID
    kind: str
    attempt: int
    input: SyncInput | ExtractTasksInput
    dispatch: int = 1
    follower: str = ""

    async def run(self, worker: Worker | None = None) -> Ended:
        await (worker or self.desk.worker).run(self.command())
        return await self.ended()

    async def ended(self) -> Ended:
        [row] = await self.desk.runs.read([self.id])
        assert row is not None
        return Ended(row)

    async def cancel(self, reason: CancelReason = "request") -> None:
        now = datetime.now(UTC)
        await self.desk.worker.cancel(
            CancelJob(
                id=uuid7(),
                source="test",
                time=now,
                tenant_id=TENANT,
                job_id=self.id,
                kind=self.kind,
                attempt=self.attempt,
                dispatch=self.dispatch,
                reason=reason,
            )
        )

    def command(self) -> RunJob:
        now = datetime.now(UTC)
        return RunJob(
            id=uuid7(),
            source="test",
            time=now,
            tenant_id=TENANT,
            job_id=self.id,
            kind=self.kind,
            attempt=self.attempt,
            dispatch=self.dispatch,
            input=Raw(encode(self.input)),
            not_after=now + timedelta(hours=24),
            follower=self.follower,
        )

    async def has(self, column: str, at_least: int) -> None:
        """Wait until so many items of its checkpoint are exported, or pages listed."""
        statements = {
            "exported": "SELECT count(*) FROM sync_items WHERE job_id = :id AND exported",
            "pages": "SELECT coalesce(sum(pages), 0) FROM syncs WHERE job_id = :id",
        }

        async def is_so() -> bool:
            return int(await self.desk.value(statements[column], id=self.id)) >= at_least

        await eventually(is_so, f"{at_least} {column}", 30.0)


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    made = Database(DatabaseSettings(database_url=SecretStr(url), database_pool=12), SCHEMA.name)
    yield made
    await made.close()


def _opened(row: Mapping[str, Any]) -> Any:
    if row["raw"] is None:
        return None
    opened = VAULT.open(Sealed(row["key_id"], row["raw"]), version_of(row["id"], row["version"]))
    return msgspec.json.decode(zlib.decompress(opened))
