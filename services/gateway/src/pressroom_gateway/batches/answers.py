"""What clients see of batches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field

from pressroom_common.contracts import JobStatus, Usage
from pressroom_gateway.ledger.answers import UsageAnswer, usage_answer
from pressroom_gateway.problems import FieldError

from .records import Batch, BatchStatus, Graph, Standing


class ItemError(BaseModel):
    index: int = Field(description="The item, counted from 0.")
    field: str = Field(examples=["items.17.prompt"])
    message: str


class BatchLinks(BaseModel):
    self: str = Field(examples=["/v1/batches/0197a1b2-…"])
    jobs: str
    events: str


class BulkAccepted(BaseModel):
    """The jobs stand in the ledger and go on by themselves."""

    id: UUID
    status: BatchStatus
    total: int = Field(description="Jobs that were made.")
    errors: list[ItemError] = Field(description="Of the items that were skipped.")
    links: BatchLinks


class CountsAnswer(BaseModel):
    """Jobs by how they stand, counted at this moment: they add up to `total`."""

    total: int = Field(description="Jobs that were made.")
    blocked: int = Field(description="Paused, or waiting for others of the batch.")
    pending: int = Field(description="Also scheduled and waiting for another try.")
    processing: int
    completed: int
    failed: int
    cancelled: int
    deleted: int
    percent: int = Field(description="Of the jobs, how many are over.")
    eta: datetime | None = Field(description="From the throughput of the last minutes; null where nobody can tell.")


class BatchAnswer(CountsAnswer):
    id: UUID
    name: str | None
    kind: str
    status: BatchStatus
    metadata: dict[str, Any] | None
    created_by: str
    created_at: datetime
    completed_at: datetime | None = Field(description="When the last job ended; null as long as one is not over.")


class BatchDetail(BatchAnswer):
    usage: UsageAnswer | None
    errors: list[ItemError] = Field(description="Of the items that were skipped when it was made.")


class GraphNode(BaseModel):
    id: UUID
    name: str | None
    status: JobStatus


class GraphEdge(BaseModel):
    """The job `to` waits for the job `from`."""

    source: UUID = Field(serialization_alias="from")
    target: UUID = Field(serialization_alias="to")


class GraphAnswer(BaseModel):
    nodes: list[GraphNode]
    edges: list[GraphEdge]


class BatchChanged(BaseModel):
    matched: int = Field(description="Jobs that it fits, when it began.")
    done: int = Field(description="Of these, how many it was done for. What waited for a retried job follows it.")


def item_errors(errors: Iterable[tuple[int, FieldError]]) -> list[ItemError]:
    return [ItemError(index=index, field=error.field, message=error.message) for index, error in errors]


def bulk_accepted(batch: Batch, status: BatchStatus) -> BulkAccepted:
    path = f"/v1/batches/{batch.id}"
    return BulkAccepted(
        id=batch.id,
        status=status,
        total=batch.total,
        errors=msgspec.json.decode(batch.refused),
        links=BatchLinks(self=path, jobs=f"{path}/jobs", events=f"{path}/events"),
    )


def told(standing: Standing) -> dict[str, Any]:
    """As an event has it."""
    return {"status": standing.counts.status, **_counts(standing)}


def batch_answer(batch: Batch, standing: Standing) -> BatchAnswer:
    return BatchAnswer(**_common(batch, standing))


def batch_detail(batch: Batch, standing: Standing, usages: Sequence[Usage]) -> BatchDetail:
    usage = usage_answer(usages)
    return BatchDetail(**_common(batch, standing), usage=usage, errors=msgspec.json.decode(batch.refused))


def graph_answer(graph: Graph) -> GraphAnswer:
    return GraphAnswer(
        nodes=[GraphNode(id=node.id, name=node.name, status=node.status) for node in graph.nodes],
        edges=[GraphEdge(source=edge.on_job_id, target=edge.job_id) for edge in graph.edges],
    )


def _counts(standing: Standing) -> dict[str, Any]:
    counts = standing.counts
    return {**msgspec.structs.asdict(counts), "percent": counts.percent, "eta": standing.eta}


def _common(batch: Batch, standing: Standing) -> dict[str, Any]:
    return {
        **_counts(standing),
        "id": batch.id,
        "name": batch.name,
        "kind": batch.kind,
        "status": standing.counts.status,
        "metadata": msgspec.json.decode(batch.metadata) if batch.metadata else None,
        "created_by": batch.created_by,
        "created_at": batch.created_at,
        "completed_at": standing.completed_at,
    }
