"""The history in PostgreSQL: what others read of it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pressroom_common.contracts import JobStatus
from pressroom_common.database import Database, Row
from pressroom_common.reads import (
    AttemptView,
    FinishedJobs,
    JobCounts,
    KindDuration,
    Measures,
    ModeUse,
    Stats,
    TokenCounts,
    WorkerView,
)

from . import read_statements as statements
from .workers import worker_counts, worker_state

_LATELY = 5
"""Minutes over which the throughput is taken: long enough to be calm, short enough to be now."""


class PostgresReads:
    """`stale` is the age in seconds of a heartbeat from which its worker counts as dead."""

    def __init__(self, database: Database, stale: float) -> None:
        self._database = database
        self._stale = stale

    async def stats(self, tenant_id: UUID | None) -> Stats:
        fetch, of = self._database.fetch, {"tenant_id": tenant_id}
        day = (await fetch(statements.LAST_DAY, **of))[0]
        lately = (await fetch(statements.LATELY_ENDED, minutes=_LATELY, **of))[0]
        durations = await fetch(statements.DURATIONS, **of)
        modes = await fetch(statements.MODES, **of)
        return Stats(
            workers=worker_counts(worker.state for worker in await self.workers()),
            jobs=_job_counts(await fetch(statements.JOB_COUNTS, **of), day),
            metrics=Measures(
                durations=tuple(KindDuration(**row) for row in durations),
                modes=tuple(_mode(row) for row in modes),
                tokens_last_day=_tokens(day),
                throughput_per_minute=lately.jobs / _LATELY,
            ),
        )

    async def workers(self) -> list[WorkerView]:
        return [self._worker(row) for row in await self._database.fetch(statements.WORKERS)]

    async def attempts(self, job_id: UUID, tenant_id: UUID | None) -> list[AttemptView] | None:
        """A run may be told before its job: then the attempt alone is known."""
        asked = {"job_id": job_id, "tenant_id": tenant_id}
        rows = await self._database.fetch(statements.ATTEMPTS, **asked)
        if not rows and not await self._database.fetch(statements.JOB, **asked):
            return None
        return [AttemptView(**row) for row in rows]

    async def job_counts(self) -> list[tuple[str, str, int]]:
        rows = await self._database.fetch(statements.JOB_COUNTS, tenant_id=None)
        return [(row.kind, row.status, row.jobs) for row in rows]

    def _worker(self, row: Row) -> WorkerView:
        state = worker_state(stopped=row.stopped, draining=row.draining, age=row.age, stale=self._stale)
        return WorkerView(
            name=row.name,
            service=row.service,
            state=state,
            version=row.version,
            host=row.host,
            pid=row.pid,
            started_at=row.started_at,
            last_heartbeat_at=row.heard_at,
            slots=msgspec.json.decode(row.slots),
            holds=row.holds,
            done=row.done,
            rss_bytes=row.rss_bytes,
            log_level=row.log_level,
        )


def _job_counts(counts: Sequence[Row], day: Row) -> JobCounts:
    by_status: dict[JobStatus, int] = {}
    for row in counts:
        by_status[row.status] = by_status.get(row.status, 0) + row.jobs
    return JobCounts(
        total=sum(by_status.values()),
        by_status=by_status,
        last_hour=finished_jobs(day.hour_completed, day.hour_failed, day.hour_cancelled),
        last_day=finished_jobs(day.day_completed, day.day_failed, day.day_cancelled),
    )


def finished_jobs(completed: int, failed: int, cancelled: int) -> FinishedJobs:
    """A cancelled job says nothing of how well things work: it is left out of the rate."""
    judged = completed + failed
    rate = failed / judged if judged else None
    return FinishedJobs(completed=completed, failed=failed, cancelled=cancelled, failure_rate=rate)


def _mode(row: Row) -> ModeUse:
    ended = finished_jobs(row.completed, row.failed, row.cancelled)
    return ModeUse(execution_mode=row.execution_mode, p50_seconds=row.p50_seconds, **ended.model_dump())


def _tokens(day: Row) -> TokenCounts:
    return TokenCounts(input=day.input_tokens, output=day.output_tokens, total=day.input_tokens + day.output_tokens)
