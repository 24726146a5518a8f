"""What the gateway answers about batches. Fields that it adds later are kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from .models import Answer, Usage


class ItemError(Answer):
    index: int
    """The item, counted from 0."""
    field: str
    message: str


class BulkAccepted(Answer):
    """The jobs stand in the ledger and go on by themselves."""

    id: UUID
    status: str
    total: int
    errors: tuple[ItemError, ...] = ()
    """Of items that were skipped."""


class BatchCounts(Answer):
    """Jobs by how they stand, at one moment: they add up to `total`."""

    status: str
    """`processing`, `completed`, `partly_completed`, `failed` or `cancelled`."""
    total: int = 0
    blocked: int = 0
    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    deleted: int = 0
    percent: int = 0
    eta: datetime | None = None
    """When it will be over, as an estimate."""
    completed_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.status != "processing"


class Batch(BatchCounts):
    id: UUID
    name: str | None = None
    kind: str = ""
    metadata: dict[str, Any] | None = None
    created_by: str = ""
    created_at: datetime


class BatchDetail(Batch):
    usage: Usage | None = None
    errors: tuple[ItemError, ...] = ()
    """Of items that were skipped when it was made."""


class BatchProgress(BatchCounts):
    """Whenever a count has changed, at most twice a second; the last one says that the batch is over."""


class GraphNode(Answer):
    id: UUID
    name: str | None = None
    status: str


class GraphEdge(Answer):
    """The job `target` waits for the job `source`."""

    source: UUID = Field(alias="from")
    target: UUID = Field(alias="to")


class BatchGraph(Answer):
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


class BatchChanged(Answer):
    matched: int
    """Jobs that it fits, when it began."""
    done: int
    """Of these, how many it was done for."""
