"""Live: transient words to gateway processes that somebody watches at."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from .envelope import Envelope

Stage = Literal[
    "preparing",  # claimed: what the model is asked is put together
    "calling_model",  # the provider works on it
    "headings",  # of an article, from here on
    "section",
    "image",
    "summary",
    "meta",
    "faq",
    "listing",  # of a sync, from here on: the workflows that there are, page by page
    "exporting",
    "reconciling",  # what is not in the list is asked for, and deleted where it is gone
    "extracting",  # tasks, from stored exports
    "saving",  # the content is checked and stored
]
"""What a run is at, as it really happens."""
PartState = Literal["waiting", "running", "completed", "failed"]


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of several alike that a run makes, as it stands now."""

    name: str
    """As its step's: `section.3`."""
    title: str = ""
    state: PartState = "waiting"
    text: str = ""
    """Once it is completed."""


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
    percent: int | None = None
    """From the weights of what was done; None: the run has no parts that could be weighed."""
    done: int = 0
    """Of `total`, where the stage counts what it does; for what is too many to be told as parts."""
    total: int = 0
    offset: int = 0
    text: str = ""
    parts: tuple[Part, ...] = ()
    """Those that have changed."""


class LiveRuns(Envelope, frozen=True, kw_only=True, tag="live.runs.v1"):
    """From a worker process to one gateway process, for all jobs that are followed there."""

    runs: tuple[LiveRun, ...]


Live = JobsChanged | LiveRuns
