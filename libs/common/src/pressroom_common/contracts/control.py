"""Control: fast, unconfirmed words to worker processes. The truth stands in rows; these only hurry it along."""

from uuid import UUID

from .envelope import Envelope


class ReleaseRun(Envelope, frozen=True, kw_only=True, tag="control.release-run.v1"):
    """The run's row was ended by somebody else: whoever holds a claim up to this one aborts its call now."""

    job_id: UUID
    attempt: int
    claim: int


Control = ReleaseRun
