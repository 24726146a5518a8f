"""The run tables in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.contracts import FinishedRun, JobError, Step, Usage
from pressroom_common.database import Database, Row, as_json

from . import statements
from .records import Bill, CallRecord, Cancellation, Checkpoint, Claim, Fence, Outcome, RunRow

_ERROR = msgspec.json.Decoder(JobError)
_STEPS = msgspec.json.Decoder(dict[str, Step])
_USAGE = msgspec.json.Decoder(dict[str, Usage])

WORKER_LOST = JobError(
    code="worker_lost",
    detail="Every worker that took this job died with it. Look at its input before trying again.",
    error_class="permanent",
)
_UNKNOWN = Usage(calls=1, unknown_calls=1)


class PostgresRuns:
    """`holder` is this process's name; `lease` in seconds; `cap` is of claims per attempt.

    `keeping`: kinds of which something is kept elsewhere; a run that is forgotten is noted, until that is deleted.
    """

    def __init__(self, database: Database, holder: str, lease: float, cap: int, keeping: Collection[str] = ()) -> None:
        self._database = database
        self._holder = holder
        self._lease = lease
        self._cap = cap
        self._keeping = list(keeping)

    async def claim(self, claims: Sequence[Claim]) -> list[RunRow | None]:
        first = _one_per_job(claims)
        rows = await self._database.fetch(
            statements.CLAIM,
            rows=as_json(list(first.values())),
            holder=self._holder,
            lease=self._lease,
            cap=self._cap,
            worker_lost=as_json(WORKER_LOST),
        )
        taken = _by_job(rows)
        return [taken.get(claim.job_id) if first[claim.job_id] is claim else None for claim in claims]

    async def abandon_calls(self, fence: Fence) -> RunRow | None:
        rows = await self._database.fetch(
            statements.ABANDON,
            job_id=fence.job_id,
            attempt=fence.attempt,
            claim=fence.claim,
            unknown=as_json(_UNKNOWN),
        )
        return _run_row(rows[0]) if rows else None

    async def record_calls(self, calls: Sequence[CallRecord]) -> list[bool]:
        rows = await self._database.fetch(statements.RECORD_CALLS, rows=as_json(calls), lease=self._lease)
        recorded = {row.id for row in rows}
        return [call.id in recorded for call in calls]

    async def checkpoint(self, step: Checkpoint, bills: Sequence[Bill]) -> RunRow | None:
        rows = await self._database.fetch(
            statements.CHECKPOINT, rows=as_json([step]), bills=as_json(bills), lease=self._lease
        )
        return _run_row(rows[0]) if rows else None

    async def steps(self, job_id: UUID) -> dict[str, bytes]:
        rows = await self._database.fetch(statements.STEPS, job_id=job_id)
        return {row.name: row.result.encode() for row in rows}

    async def conclude(self, ends: Sequence[tuple[Outcome, Sequence[Bill]]]) -> list[RunRow | None]:
        outcomes = [outcome for outcome, _ in ends]
        bills = [bill for _, settled in ends for bill in settled]
        rows = await self._database.fetch(statements.CONCLUDE, rows=as_json(outcomes), bills=as_json(bills))
        written = {row.fence: row for row in _run_rows(rows)}
        return [written.get(outcome.fence) for outcome in outcomes]

    async def bill(self, bills: Sequence[Bill]) -> list[RunRow]:
        return _run_rows(await self._database.fetch(statements.BILL, bills=as_json(bills)))

    async def read(self, job_ids: Sequence[UUID]) -> list[RunRow | None]:
        found = _by_job(await self._database.fetch(statements.READ, job_ids=list(set(job_ids))))
        return [found.get(job_id) for job_id in job_ids]

    async def cancel(self, cancellations: Sequence[Cancellation]) -> list[RunRow | None]:
        first = _one_per_job(cancellations)
        rows = await self._database.fetch(statements.CANCEL, rows=as_json(list(first.values())))
        ended = _by_job(rows)
        return [ended.get(given.job_id) if first[given.job_id] is given else None for given in cancellations]

    async def forget(self, runs: Sequence[FinishedRun]) -> int:
        rows = await self._database.fetch(statements.FORGET, rows=as_json(runs), keeping=self._keeping)
        return int(rows[0].runs)

    async def belongings(self, after: UUID, limit: int) -> list[UUID]:
        rows = await self._database.fetch(statements.BELONGINGS, after=after, limit=limit)
        return [row.job_id for row in rows]

    async def cleared(self, job_ids: Sequence[UUID]) -> None:
        await self._database.execute(statements.CLEARED, job_ids=list(job_ids))

    async def renew(self, fences: Sequence[Fence]) -> tuple[set[UUID], list[RunRow]]:
        rows = await self._database.fetch(statements.RENEW, rows=as_json(fences), lease=self._lease)
        return {row.job_id for row in rows}, [_run_row(row) for row in rows if row.was == "orphaned"]

    async def sweep(self) -> list[RunRow]:
        await self._database.fetch(statements.ORPHAN_EXPIRED)
        return _run_rows(await self._database.fetch(statements.ORPHANED))

    async def end_predecessor(self) -> list[RunRow]:
        return _run_rows(await self._database.fetch(statements.ORPHAN_OF_HOLDER, holder=self._holder))

    async def ping(self) -> None:
        await self._database.ping()


def _one_per_job(given: Iterable[Any]) -> dict[UUID, Any]:
    """One statement touches a row once: of several for a job, the one of the highest attempt."""
    first: dict[UUID, Any] = {}
    for item in given:
        known = first.get(item.job_id)
        if known is None or item.attempt > known.attempt:
            first[item.job_id] = item
    return first


def _by_job(rows: Iterable[Row]) -> dict[UUID, RunRow]:
    return {row.job_id: _run_row(row) for row in rows}


def _run_rows(rows: Iterable[Row]) -> list[RunRow]:
    return [_run_row(row) for row in rows]


def _run_row(row: Row) -> RunRow:
    return RunRow(
        job_id=row.job_id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        attempt=row.attempt,
        claim=row.claim,
        n=row.n,
        dispatch=row.dispatch,
        state=row.state,
        holder=row.holder,
        traceparent=row.traceparent,
        cancelled_by=row.cancelled_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        not_before=row.not_before,
        updated_at=row.updated_at,
        error=_ERROR.decode(row.error) if row.error else None,
        usage=_USAGE.decode(row.usage),
        steps=_STEPS.decode(row.steps),
        result=Raw(row.result.encode()) if row.result else None,
    )
