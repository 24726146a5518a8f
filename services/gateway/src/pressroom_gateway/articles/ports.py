"""What articles need from the world. Every method raises Unavailable."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol
from uuid import UUID

from .records import Brief


class Files(Protocol):
    """Where generators leave them."""

    async def find(self, key: str, seconds: float) -> Path | str | None:
        """The file here, or an address of it elsewhere that works for so many seconds at most; None: there is none.

        What is no file's key is not looked for. Raises Refused.
        """
        ...


class Briefs(Protocol):
    async def of(self, tenant_id: UUID, job_ids: Collection[UUID]) -> Mapping[UUID, Brief]: ...
