"""Reads of the ledger; always of one tenant."""

from collections.abc import Sequence
from uuid import UUID

from pressroom_common.contracts import JobStatus
from pressroom_gateway.problems import not_found

from .ports import Jobs
from .records import JobView, ListQuery, LoggedTransition


class JobReader:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def get(self, tenant_id: UUID, job_id: UUID, what: str = "job") -> JobView:
        """`what`: how the client calls it; the first part of the kind of other things than jobs."""
        job = await self._jobs.get(tenant_id, job_id)
        if job is None or (what != "job" and not job.kind.startswith(f"{what}.")):
            raise not_found(what)
        return job

    async def timeline(self, job: JobView) -> list[LoggedTransition]:
        return list(await self._jobs.timeline(job.id))

    async def list(self, query: ListQuery) -> Sequence[JobView]:
        return await self._jobs.list(query)

    async def statuses(self, tenant_id: UUID, job_ids: Sequence[UUID]) -> dict[UUID, JobStatus]:
        return await self._jobs.statuses(tenant_id, job_ids)
