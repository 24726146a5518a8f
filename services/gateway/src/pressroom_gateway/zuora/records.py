"""What became of a wish for several environments."""

from typing import NamedTuple

from pressroom_gateway.batches.records import Batch


class ZuoraBatch(NamedTuple):
    batch: Batch
    new: bool
    """Whether this request made it."""
