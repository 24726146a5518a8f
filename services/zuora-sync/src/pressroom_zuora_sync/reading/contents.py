"""Contents of stored versions: loaded in pieces of bounded size, opened in a thread.

An export may have 30 MB, and as objects in memory ten times as much: no more than a few are looked at at a time.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from pressroom_zuora_sync.exports import Export, parsed
from pressroom_zuora_sync.vault import Damaged, UnknownKey, Vault, version_of

from . import refusals
from .ports import Stored
from .records import SealedExport, StoredVersion, VersionKey

MOST_BYTES = 16_000_000
"""Of the exports that are in memory at a time, unless a single one has more."""
MOST_TOGETHER = 25
"""Exports that are loaded at a time."""
_AT_A_TIME = 2
"""Requests that work on exports at the same time; others wait."""

T = TypeVar("T")


class Contents:
    """Raises Refused where an export cannot be opened, and Unavailable."""

    def __init__(self, stored: Stored, vault: Vault) -> None:
        self._stored = stored
        self._vault = vault
        self._turns = asyncio.Semaphore(_AT_A_TIME)

    async def looked_at(
        self, tenant_id: UUID | None, versions: Sequence[StoredVersion], look: Callable[[Export], T]
    ) -> AsyncIterator[tuple[VersionKey, T]]:
        """What `look`, in a thread, makes of each export with its secrets; in order, without those that are gone."""
        for piece in pieces(versions):
            for key, found in await self._of_piece(tenant_id, piece, look):
                yield key, found

    async def together(
        self, tenant_id: UUID | None, versions: Sequence[StoredVersion], look: Callable[[dict[VersionKey, Export]], T]
    ) -> T:
        """What `look`, in a thread, makes of all of them at once. There should be few."""
        async with self._turns:
            found = await self._stored.sealed(tenant_id, [version.key for version in versions])
            return await asyncio.to_thread(lambda: look({each.key: self._export(each) for each in found}))

    async def raw(self, tenant_id: UUID | None, versions: Sequence[StoredVersion]) -> dict[VersionKey, bytes]:
        """As Zuora sent them."""
        async with self._turns:
            found = await self._stored.sealed(tenant_id, [version.key for version in versions])
            return await asyncio.to_thread(lambda: {each.key: self._opened(each) for each in found})

    async def _of_piece(
        self, tenant_id: UUID | None, piece: Sequence[StoredVersion], look: Callable[[Export], T]
    ) -> list[tuple[VersionKey, T]]:
        async with self._turns:
            found = await self._stored.sealed(tenant_id, [version.key for version in piece])
            return await asyncio.to_thread(lambda: [(each.key, look(self._export(each))) for each in found])

    def _export(self, sealed: SealedExport) -> Export:
        return parsed(self._opened(sealed))

    def _opened(self, sealed: SealedExport) -> bytes:
        key = sealed.key
        try:
            return zlib.decompress(self._vault.open(sealed.sealed, version_of(key.workflow_id, key.number)))
        except (Damaged, UnknownKey) as error:
            raise refusals.locked(str(error)) from error


def most_of(versions: Sequence[StoredVersion]) -> Sequence[StoredVersion]:
    """The first ones, as many as one answer may have: MOST_BYTES, or one."""
    size = 0
    for place, version in enumerate(versions):
        size += version.bytes
        if place and size > MOST_BYTES:
            return versions[:place]
    return versions


def pieces(versions: Iterable[StoredVersion]) -> Iterator[list[StoredVersion]]:
    """Of at most MOST_BYTES and MOST_TOGETHER, and of one at least."""
    piece: list[StoredVersion] = []
    size = 0
    for version in versions:
        if piece and (size + version.bytes > MOST_BYTES or len(piece) >= MOST_TOGETHER):
            yield piece
            piece, size = [], 0
        piece.append(version)
        size += version.bytes
    if piece:
        yield piece
