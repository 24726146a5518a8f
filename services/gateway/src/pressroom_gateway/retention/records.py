"""What is left of a deleted job until its run is deleted, too."""

from uuid import UUID

from msgspec import Struct


class ForgottenRun(Struct, frozen=True, kw_only=True):
    """The run of a deleted job, as the ledger knew it last."""

    job_id: UUID
    kind: str
    attempt: int
    n: int
