"""`/v1/jobs`: every kind of work, seen the same way."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pressroom_client.messages import KEEP, Call, Keep, changed, given, listed, path
from pressroom_client.models import Accepted, Job, JobDetail, JobStatus, JobSummary, Priority, Why
from pressroom_client.retries import Safety
from pressroom_client.summaries import MOST_IDS, distinct, together

from .session import AsyncSession


class AsyncJobs:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, job_id: UUID | str) -> JobDetail:
        """With its attempts and its timeline."""
        return await self._session.ask(JobDetail, Call("GET", path("jobs", job_id)))

    async def summary(self, ids: Iterable[UUID | str]) -> JobSummary:
        """Of many jobs at once: a request for every 1,000. Ids that do not exist are left out."""
        wanted = distinct(ids)
        parts: list[JobSummary] = []
        for start in range(0, len(wanted), MOST_IDS):
            query = {"ids": listed(*wanted[start : start + MOST_IDS])}
            parts.append(await self._session.ask(JobSummary, Call("GET", path("jobs"), query)))
        return together(wanted, parts)

    async def why(self, job_id: UUID | str) -> Why:
        """What the job waits for."""
        return await self._session.ask(Why, Call("GET", path("jobs", job_id, "why")))

    async def cancel(self, job_id: UUID | str) -> JobStatus:
        """`cancelling` where a worker has the job; one that completed first stays completed."""
        return await self._session.ask(JobStatus, Call("POST", path("jobs", job_id, "cancel")))

    async def pause(self, job_id: UUID | str) -> JobStatus:
        """A job that waits stands still until it is resumed."""
        return await self._session.ask(JobStatus, Call("POST", path("jobs", job_id, "pause")))

    async def resume(self, job_id: UUID | str) -> JobStatus:
        return await self._session.ask(JobStatus, Call("POST", path("jobs", job_id, "resume")))

    async def change(
        self, job_id: UUID | str, *, priority: Priority | None = None, run_at: datetime | Keep | None = KEEP
    ) -> JobStatus:
        """Another lane or another time for a job that waits; `run_at=None`: as soon as there is a place."""
        body = given(priority=priority) | changed(run_at=run_at)
        return await self._session.ask(JobStatus, Call("PATCH", path("jobs", job_id), body=body))

    async def retry(
        self,
        job_id: UUID | str,
        *,
        prompt: str | None = None,
        model: str | None = None,
        priority: Priority | None = None,
    ) -> Accepted:
        """Try a failed or cancelled job again, or a waiting one now; with edits: as a new job.

        A retry is not repeatable: where the answer was lost, look at the job first.
        """
        edits: dict[str, Any] = given(prompt=prompt, model=model, priority=priority)
        call = Call("POST", path("jobs", job_id, "retry"), body=edits or None, safety=Safety.ONCE)
        return await self._session.ask(Accepted, call)

    def list(
        self,
        *,
        statuses: Iterable[str] = (),
        kind: str | None = None,
        lane: Priority | None = None,
        execution_mode: str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Job]:
        """Newest first; all, or `limit` of them."""
        query = {
            "status": listed(*statuses),
            "kind": kind,
            "lane": lane,
            "execution_mode": execution_mode,
            "created_from": created_from,
            "created_to": created_to,
        }
        return self._session.pages(Job, path("jobs"), query, limit)
