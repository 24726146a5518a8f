"""What retention needs from the world. Every method raises Unavailable; then it may or may not have been done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from .records import ForgottenRun


class FinishedJobs(Protocol):
    async def delete_hidden(self, published: float, limit: int) -> int:
        """The same, of jobs that somebody deleted by hand, however lately they ended."""
        ...

    async def delete_old(self, ended: float, published: float, limit: int) -> int:
        """Delete jobs that ended and whose last command was published so many seconds ago; how many it were.

        In the same transaction their runs are noted as forgotten. Jobs that somebody else works on are passed over.
        """
        ...

    async def delete_empty_batches(self) -> int:
        """Batches that have no job left; how many it were."""
        ...

    async def forgotten(self, limit: int) -> Sequence[ForgottenRun]:
        """Runs whose service has not been told yet, as far as anybody knows."""
        ...

    async def told(self, job_ids: Sequence[UUID]) -> None:
        """Their services know."""
        ...


class OldCalls(Protocol):
    async def delete_before(self, at: datetime, limit: int) -> int:
        """Delete the oldest records of administrative calls that came before; how many it were."""
        ...


class Directives(Protocol):
    """The way to the worker services."""

    @property
    def ready(self) -> bool:
        """Whether it makes sense to publish at all just now."""
        ...

    async def forget(self, runs: Sequence[ForgottenRun]) -> None:
        """Publish and wait for the confirmations."""
        ...
