"""What a rotation needs of the database. Every method raises Unavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pressroom_zuora_sync.vault import Sealed


@dataclass(frozen=True)
class SealedRow:
    key: tuple[Any, ...]
    """The row's primary key."""
    sealed: Sealed
    associated: bytes


class SealedRows(Protocol):
    """One table that holds something sealed."""

    name: str
    """What its rows are, for people: `secrets`."""

    async def page(self, after: tuple[Any, ...] | None, current: str) -> Sequence[SealedRow]:
        """The next rows that another key than `current` has sealed, in the order of their primary key: few enough to be
        held in memory. Empty: there are no more.
        """
        ...

    async def replace(self, changes: Sequence[tuple[SealedRow, Sealed]]) -> int:
        """Those that are still as they were seen; how many it were."""
        ...
