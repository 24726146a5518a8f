"""What the gateway asks PostgreSQL again and again, put as its own repositories put it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Raw
from msgspec.structs import replace
from pydantic import SecretStr

from bench.queries.filling import Filling
from bench.queries.plans import Plan, plan_of
from bench.queries.recording import Recorder
from pressroom_common.contracts import lane_queue
from pressroom_common.ids import uuid7
from pressroom_common.settings import DatabaseSettings
from pressroom_common.topology import LANES
from pressroom_gateway.ledger import dispatch_statements, statements
from pressroom_gateway.ledger.capacity import Limits, Windows
from pressroom_gateway.ledger.dispatch import act
from pressroom_gateway.ledger.dispatch_repository import PostgresPlaces
from pressroom_gateway.ledger.job import Job, LogEntry
from pressroom_gateway.ledger.messages import command
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.records import ListQuery
from pressroom_gateway.ledger.repository import PostgresJobs
from pressroom_gateway.ledger.settings import LedgerSettings
from pressroom_gateway.ledger.transitions import settle
from pressroom_gateway.migrations import SCHEMA

WINDOW = 3_000
"""Of a lane; far more than is out, so that there is room."""
FOLDED = 100
CONFIRMED = 500
PULLED = 1_000
PAGE = 51
_NAMES = {
    id(statement): name for module in (statements, dispatch_statements) for name, statement in vars(module).items()
}
_TAKEN = "SELECT id FROM jobs WHERE place = 'taken' ORDER BY id LIMIT $1"

_MIDDLE = """
SELECT concat_ws('.', xid, job_id, version) FROM job_log ORDER BY xid, job_id, version
OFFSET (SELECT count(*) / 2 FROM job_log) LIMIT 1
"""


@dataclass(frozen=True)
class Answer:
    """A statement, what asked for it, and how PostgreSQL runs it."""

    statement: str
    purpose: str
    plan: Plan


class Asking:
    """Nothing that is written stays; each question finds the ledger as it was filled."""

    def __init__(self, url: str, owner: asyncpg.Connection, filling: Filling) -> None:
        self._owner = owner
        self._filling = filling
        self._policy = Policy()
        self._batch = LedgerSettings.model_validate({}).dispatch_batch
        self._recorder = Recorder(DatabaseSettings(database_url=SecretStr(url)), SCHEMA.name)
        windows = Windows(Limits(smallest_window=WINDOW), [lane_queue("generator", lane) for lane in LANES])
        self._jobs = PostgresJobs(self._recorder, self._policy, windows)
        self._places = PostgresPlaces(self._recorder, windows, self._policy.silence)

    async def answers(self) -> list[Answer]:
        """In the order of a job's life, then what reads."""
        questions: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
            (f"{self._batch} new jobs", self._insert),
            (f"a round of the dispatcher, {self._batch} jobs", self._round),
            ("after a sweep", self._places.any_waiting),
            (f"confirmations of {CONFIRMED} publications", self._confirm),
            (f"a fold of {FOLDED} jobs", self._fold),
            ("what is due among the jobs that are out", self._due),
            ("a list, newest first", self._list),
            ("a list of failed jobs", lambda: self._list("failed")),
            ("a list of cancelled jobs, of which there are none", lambda: self._list("cancelled")),
            ("`why`: what waits before a job", self._ahead),
            (f"the monitor's pull, {PULLED:,} entries from the middle", self._pull),
        ]
        return [answer for purpose, ask in questions for answer in await self._answered(purpose, ask)]

    async def close(self) -> None:
        await self._recorder.close()

    async def _answered(self, purpose: str, ask: Callable[[], Awaitable[Any]]) -> list[Answer]:
        self._recorder.calls.clear()
        await ask()
        calls = list(self._recorder.calls)
        return [Answer(_NAMES[id(call.statement)], purpose, await plan_of(self._owner, call)) for call in calls]

    async def _insert(self) -> None:
        await self._jobs.insert(self._filling.new_jobs(0, self._batch))

    async def _round(self) -> None:
        async with self._places.round(self._batch) as work:
            released = [(job, act(job, self._policy, work.now)[0]) for job in work.jobs.values()]
            await work.write(*_settled(released, self._policy, work.now))

    async def _confirm(self) -> None:
        rows = await self._owner.fetch(_TAKEN, CONFIRMED)
        jobs = [found[0] for row in rows if (found := await self._jobs.read(row["id"]))]
        self._recorder.calls.clear()
        await self._jobs.confirm([command(job, Raw(b"{}"), "", "bench", job.created_at) for job in jobs])

    async def _fold(self) -> None:
        ids = [row["id"] for row in await self._owner.fetch(_TAKEN, FOLDED)]
        async with self._jobs.locked(ids) as work:
            completed = [(job, _completed(job, work.now)) for job in work.jobs.values()]
            await work.write(*_settled(completed, self._policy, work.now))

    async def _due(self) -> None:
        async with self._jobs.locked_due(self._batch, silent=True):
            pass

    async def _list(self, *statuses: str) -> None:
        query = ListQuery(tenant_id=self._tenant, before=uuid7(), limit=PAGE, statuses=list(statuses) or None)
        await self._jobs.list(query)

    async def _ahead(self) -> None:
        async with self._places.round(self._batch) as work:
            *_, job = work.jobs.values()
        self._recorder.calls.clear()
        await self._places.ahead(job)

    async def _pull(self) -> None:
        cursor = await self._owner.fetchval(_MIDDLE)
        await self._jobs.transitions(cursor, PULLED)

    @property
    def _tenant(self) -> UUID:
        return self._filling.tenants[0]


def _completed(job: Job, now: datetime) -> Job:
    return replace(job, status="completed", n=job.n + 1, heard_at=now, completed_at=now, result=Raw(b'{"text":"Done"}'))


def _settled(moves: Iterable[tuple[Job, Job]], policy: Policy, now: datetime) -> tuple[list[Job], list[LogEntry]]:
    settled = [settle(before, after, policy, now, now) for before, after in moves]
    return [job for job, _ in settled], [entry for _, entry in settled if entry is not None]
