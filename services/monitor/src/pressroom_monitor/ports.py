"""What the service needs from the world. Adapters and the tests' fakes fulfil the same suite."""

from typing import Protocol
from uuid import UUID

from pressroom_common.contracts import TransitionPage
from pressroom_common.reads import AttemptView, Stats, WorkerView

from .records import Advance, Changes, Rows


class History(Protocol):
    """The rows that events are folded into."""

    async def fold(self, rows: Rows, advance: Advance | None = None) -> Changes:
        """All of it or nothing, in one transaction; what it changed. Raises Unavailable: it may have been done."""
        ...

    async def cursor(self) -> str:
        """How far the ledger's log has been pulled; empty at its beginning. Raises Unavailable."""
        ...

    async def rewind(self) -> None:
        """The next pull begins at the log's beginning: the rebuild. Raises Unavailable."""
        ...

    async def forget_workers(self, after: float) -> None:
        """Drop workers that were not heard of for so many seconds. Raises Unavailable."""
        ...

    async def forget_ended(self, after: float, limit: int) -> int:
        """Drop endings of jobs, and minutes, that are so many seconds old, at most `limit` of each; how many it were.

        With its last ending goes all that is known of a job. Raises Unavailable.
        """
        ...


class Ledger(Protocol):
    """The gateway's log of all transitions."""

    async def transitions(self, after: str, limit: int) -> TransitionPage:
        """At most `limit` entries after the cursor; fewer at the log's end. Raises Unavailable."""
        ...


class Reads(Protocol):
    """What others may ask. A tenant of None stands for all of them. Every method raises Unavailable."""

    async def stats(self, tenant_id: UUID | None) -> Stats: ...

    async def workers(self) -> list[WorkerView]: ...

    async def attempts(self, job_id: UUID, tenant_id: UUID | None) -> list[AttemptView] | None:
        """None where the tenant has no such job."""
        ...

    async def job_counts(self) -> list[tuple[str, str, int]]:
        """How many jobs there are now, by kind and status."""
        ...
