"""Commands, in the imperative: what the gateway asks of a worker service."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from .envelope import Envelope

CancelReason = Literal[
    "request",  # a person or an API call
    "deadline",  # nothing is tried after 24 h
    "recall",  # back to the ledger: touches only a run that nobody works on
    "parked",  # its command was parked: touches only an absent or a lower run
]


class RunJob(Envelope, frozen=True, kw_only=True, tag="job.run.v1"):
    """Run one attempt of a job. The run row of the worker's service answers what became of it."""

    tenant_id: UUID
    job_id: UUID
    kind: str
    attempt: int
    dispatch: int
    """Identity of this publication."""
    input: Raw
    """JSON of the kind's own input."""
    not_after: datetime
    """An older command begins no run: 24 h after its publication."""
    force_n: int | None = None
    """*Retry now* of a snoozed run names the n that it saw."""
    sync_until: datetime | None = None
    """A failure before this time is final and goes to the waiting client."""
    redo: tuple[str, ...] = ()
    """Steps of earlier attempts that are done again: `summary`, or `section` for all of `section.1`, `section.2`, …"""
    follower: str = ""
    """The gateway process that follows the run from its beginning."""


class CancelJob(Envelope, frozen=True, kw_only=True, tag="job.cancel.v1"):
    """Make an end of a job's attempt; where it is no run yet, leave a tombstone."""

    tenant_id: UUID
    job_id: UUID
    kind: str
    attempt: int
    dispatch: int
    reason: CancelReason


class FinishedRun(Struct, frozen=True, kw_only=True):
    """A run as the ledger knew it when it deleted the job."""

    job_id: UUID
    attempt: int
    n: int


class ForgetRuns(Envelope, frozen=True, kw_only=True, tag="job.forget.v1"):
    """Delete what is kept of these runs, unless they have gone on since: the ledger has deleted their jobs."""

    runs: tuple[FinishedRun, ...]


Command = RunJob
Directive = CancelJob | ForgetRuns
