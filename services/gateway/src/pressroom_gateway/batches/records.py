"""What is known of a batch."""

import math
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from pressroom_common.contracts import NOTHING, JobStatus, Usage

BatchStatus = Literal[
    "processing",  # some of its jobs are not over
    "completed",  # all of them are
    "partly_completed",  # all are over, and some are completed
    "failed",  # all are over, none is completed, and some failed
    "cancelled",  # none is completed, and none failed
]
RATE_SECONDS = 300.0
"""The throughput is that of the last so many seconds."""
_SHOWN: dict[JobStatus, str] = {"scheduled": "pending", "retrying": "pending", "cancelling": "processing"}


class StatusCount(Struct, frozen=True, kw_only=True):
    """Jobs of a batch in one status."""

    batch_id: UUID
    status: JobStatus
    jobs: int
    began: datetime | None
    """When the first of them did."""
    ended: datetime | None
    """When the last of them did."""
    lately: int
    """That ended within `RATE_SECONDS`."""
    now: datetime
    """The database's clock."""


class Counts(Struct, frozen=True, kw_only=True):
    """How a batch stands: counted when it is asked for, so that the numbers always add up to `total`."""

    total: int
    blocked: int = 0
    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    deleted: int = 0
    """Jobs that there were."""

    @property
    def open(self) -> int:
        return self.blocked + self.pending + self.processing

    @property
    def percent(self) -> int:
        """Of the jobs that are over; 100 only when all are."""
        return math.floor(100 * (self.total - self.open) / self.total) if self.total else 100

    @property
    def status(self) -> BatchStatus:
        if self.open:
            return "processing"
        if not self.failed and not self.cancelled:
            return "completed"
        if self.completed:
            return "partly_completed"
        return "failed" if self.failed else "cancelled"


class Standing(Struct, frozen=True, kw_only=True):
    """Counts, and when it will be over, or was."""

    counts: Counts
    eta: datetime | None = None
    """From the throughput of the last minutes; None where nobody can tell."""
    completed_at: datetime | None = None


class Batch(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str | None
    kind: str
    total: int
    metadata: Raw | None
    created_by: str
    created_at: datetime
    refused: Raw = NOTHING
    """What is wrong with items that became no jobs. Lists are without it: it may be long."""
    fingerprint: str = ""
    """Of the request, where a key made it."""


class Edge(Struct, frozen=True, kw_only=True):
    """`job_id` waits for `on_job_id`."""

    job_id: UUID
    on_job_id: UUID


class Node(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str | None
    status: JobStatus


class Graph(Struct, frozen=True, kw_only=True):
    nodes: list[Node]
    edges: list[Edge]


class BatchUsage(Struct, frozen=True, kw_only=True):
    """Of all jobs, by model."""

    model: str
    usage: Usage


def standing(total: int, found: list[StatusCount]) -> Standing:
    """From the counts of all statuses of one batch, which had `total` jobs when it was made."""
    numbers = dict.fromkeys(Counts.__struct_fields__, 0)
    for each in found:
        numbers[_SHOWN.get(each.status, each.status)] += each.jobs
    numbers["deleted"] = total - sum(numbers.values())
    counts = Counts(**{**numbers, "total": total})
    if counts.open:
        return Standing(counts=counts, eta=_eta(counts, found))
    return Standing(counts=counts, completed_at=max((each.ended for each in found if each.ended), default=None))


def _eta(counts: Counts, found: list[StatusCount]) -> datetime | None:
    now = found[0].now
    lately, began = sum(each.lately for each in found), min((each.began for each in found if each.began), default=None)
    if not lately or began is None:
        return None
    seconds = min(max((now - began).total_seconds(), 0.001), RATE_SECONDS)
    return now + timedelta(seconds=counts.open * seconds / lately)
