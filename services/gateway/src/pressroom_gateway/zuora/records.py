"""What became of a wish for several syncs."""

from typing import NamedTuple

from pressroom_gateway.batches.records import Batch


class SyncBatch(NamedTuple):
    batch: Batch
    new: bool
    """Whether this request made it."""
