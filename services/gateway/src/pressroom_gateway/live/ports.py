"""What live needs from the world."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from .records import Duration, Standing


class Standings(Protocol):
    """The ledger's jobs, of all tenants. Every method raises Unavailable."""

    async def standings(self, job_ids: Sequence[UUID]) -> Sequence[Standing]:
        """With results where they are completed. What does not exist, or was deleted, is left out."""
        ...

    async def versions(self, job_ids: Sequence[UUID]) -> dict[UUID, int]:
        """What does not exist, or was deleted, is left out."""
        ...

    async def durations(self) -> Sequence[Duration]:
        """Of jobs that were completed lately at the first try: by kind, model and size, and with less said."""
        ...


class Watching(Protocol):
    """What is watched here besides single jobs."""

    def heard(self, job_ids: Collection[UUID]) -> None:
        """Some ledger changed these jobs."""
        ...

    def close(self) -> None:
        """This gateway stops."""
        ...


class Words(Protocol):
    """The way to other processes. Transient: it never raises and never waits long, and what is lost is told again."""

    async def changed(self, job_ids: Sequence[UUID]) -> None:
        """To all gateways."""
        ...

    async def follow(self, service: str, job_ids: Sequence[UUID], anew: Sequence[UUID]) -> None:
        """To all workers of a service: this gateway follows these, and of them `anew` from the beginning."""
        ...
