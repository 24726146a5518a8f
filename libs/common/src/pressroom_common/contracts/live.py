"""Live: transient words to gateway processes that somebody watches at."""

from uuid import UUID

from .envelope import Envelope


class JobsChanged(Envelope, frozen=True, kw_only=True, tag="live.jobs-changed.v1"):
    """The ledger just changed these jobs; one message per folded batch."""

    job_ids: tuple[UUID, ...]


Live = JobsChanged
