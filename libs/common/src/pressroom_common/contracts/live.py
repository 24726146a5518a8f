"""Live: transient words to gateway processes that somebody watches at."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from .envelope import Envelope

Stage = Literal[
    "preparing",  # claimed: what the model is asked is put together
    "calling_model",  # the provider works on it
    "saving",  # the content is checked and stored
]
"""What a run is at, as it really happens."""


class JobsChanged(Envelope, frozen=True, kw_only=True, tag="live.jobs-changed.v1"):
    """The ledger just changed these jobs; one message per folded batch."""

    job_ids: tuple[UUID, ...]


class LiveRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is new of one run. The text of a claim only grows: `text` goes at `offset`, in code points.

    Who has less than `offset` missed something and asks for all of it; who has more cuts what he has already.
    """

    job_id: UUID
    attempt: int
    claim: int
    stage: Stage
    offset: int = 0
    text: str = ""


class LiveRuns(Envelope, frozen=True, kw_only=True, tag="live.runs.v1"):
    """From a worker process to one gateway process, for all jobs that are followed there."""

    runs: tuple[LiveRun, ...]


Live = JobsChanged | LiveRuns
