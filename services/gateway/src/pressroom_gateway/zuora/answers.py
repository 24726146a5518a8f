"""What clients see of syncs and of what they saved."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from pressroom_common.contracts import JobStatus
from pressroom_common.zuora_reads import CustomerView, EnvironmentView
from pressroom_gateway.batches.records import BatchStatus


class SyncLinks(BaseModel):
    self: str = Field(examples=["/v1/jobs/0197a1b2-…", "/v1/batches/0197a1b2-…"])
    events: str


class AcceptedSync(BaseModel):
    """The work stands in the ledger and goes on by itself: one job, or a batch with one for each environment."""

    id: UUID
    sort: Literal["job", "batch"]
    status: JobStatus | BatchStatus = Field(examples=["pending"])
    total: int = Field(description="Jobs.")
    links: SyncLinks


class SavedEnvironment(EnvironmentView):
    sync_job_id: UUID | None = Field(
        None, description="Of the sync that follows; null where nothing that a sync needs has changed."
    )


class SavedCustomer(CustomerView):
    sync_job_ids: tuple[UUID, ...] = Field((), description="Of the syncs that follow, one for each environment.")


def accepted_job(job_id: UUID, status: JobStatus) -> AcceptedSync:
    return AcceptedSync(id=job_id, sort="job", status=status, total=1, links=_links(f"/v1/jobs/{job_id}"))


def accepted_batch(batch_id: UUID, status: BatchStatus, total: int) -> AcceptedSync:
    return AcceptedSync(id=batch_id, sort="batch", status=status, total=total, links=_links(f"/v1/batches/{batch_id}"))


def _links(path: str) -> SyncLinks:
    return SyncLinks(self=path, events=f"{path}/events")
