"""What parking needs from the world. Every method raises Unavailable."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from pressroom_common.contracts import RunJob

from .contracts import Parked, ParkedQuery
from .message import NewMessage, ParkedStatus


class Stored(Struct, frozen=True):
    """A parked message with all that was kept of it."""

    message: Parked
    headers: str
    """JSON."""
    body: bytes


class Messages(Protocol):
    async def add(self, message: NewMessage) -> bool:
        """False: it stands already."""
        ...

    async def find(self, message_id: UUID) -> Stored | None: ...

    async def page(self, query: ParkedQuery) -> Sequence[Parked]:
        """One more than the query's limit where there is a next page."""
        ...

    async def settle(self, message_id: UUID, status: ParkedStatus, by: str) -> Parked | None:
        """None where it is not parked any more."""
        ...

    async def waiting(self) -> int:
        """How many nobody has settled."""
        ...

    async def forget(self, seconds: float) -> int:
        """Those that were parked longer ago; at most 1,000 at a time."""
        ...


class Commands(Protocol):
    """The ledger's word on commands that were parked."""

    async def end_job(self, command: RunJob) -> None: ...

    async def replay(self, tenant_id: UUID, job_id: UUID) -> None:
        """Raises Problem where there is nothing to replay."""
        ...


class Publishing(Protocol):
    async def publish(self, exchange: str, routing_key: str, body: bytes) -> None:
        """Confirmed."""
        ...
