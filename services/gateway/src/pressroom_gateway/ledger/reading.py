"""Reads of the ledger; always of one tenant."""

from collections.abc import Sequence
from uuid import UUID

from pressroom_common.contracts import JobStatus
from pressroom_gateway.problems import not_found

from .ports import Jobs, Places
from .records import JobFilter, JobView, ListQuery, LoggedTransition
from .why import Why, why


class JobReader:
    def __init__(self, jobs: Jobs, places: Places) -> None:
        self._jobs = jobs
        self._places = places

    async def get(self, tenant_id: UUID, job_id: UUID, what: str = "job", kind: str | None = None) -> JobView:
        """`what`: how the client calls it. `kind`: that it must have."""
        job = await self._jobs.get(tenant_id, job_id)
        if job is None or kind not in {None, job.kind}:
            raise not_found(what)
        return job

    async def why(self, tenant_id: UUID | None, job_id: UUID) -> Why:
        """What holds the job back, as the dispatcher would decide it now. `tenant_id` None: of any tenant."""
        found = await self._jobs.read(job_id)
        if found is None or tenant_id not in {None, found[0].tenant_id}:
            raise not_found("job")
        job, now = found
        capacity = await self._places.capacity()
        capacity.busy_keys |= await self._places.busy_keys([job])
        ahead = await self._places.ahead(job) if job.place == "wanted" else None
        needs = await self._jobs.needs(job_id) if job.waits_on else ()
        return why(job, capacity, ahead, now, needs)

    async def timeline(self, job: JobView) -> list[LoggedTransition]:
        return list(await self._jobs.timeline(job.id))

    async def of_all_tenants(self, wanted: JobFilter, before: UUID, limit: int) -> Sequence[JobView]:
        return await self._jobs.of_all_tenants(wanted, before, limit)

    async def of_any_tenant(self, job_id: UUID) -> JobView:
        job = await self._jobs.of_any_tenant(job_id)
        if job is None:
            raise not_found("job")
        return job

    async def list(self, query: ListQuery) -> Sequence[JobView]:
        return await self._jobs.list(query)

    async def statuses(self, tenant_id: UUID, job_ids: Sequence[UUID]) -> dict[UUID, JobStatus]:
        return await self._jobs.statuses(tenant_id, job_ids)
