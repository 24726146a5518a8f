"""What is known of a job that somebody watches."""

from uuid import UUID

from msgspec import Struct

from pressroom_gateway.ledger.records import JobView


class Standing(Struct, frozen=True, kw_only=True):
    """A job as the ledger has it."""

    job: JobView
    tenant_id: UUID
    claim: int
    n: int
    version: int
    """Place of the last entry in the job's log: a higher one is newer."""
    input_size: int
    """In bytes, as JSON."""


class Duration(Struct, frozen=True, kw_only=True):
    """How long jobs like one another ran lately, in seconds. None: whatever."""

    kind: str
    model: str | None
    size: int | None
    """Class of the input's size: the logarithm to base 4 of its bytes."""
    median: float
    p90: float


class Position(Struct, frozen=True):
    """How far a client has got with the text of a claim, in code points."""

    attempt: int
    claim: int
    offset: int
