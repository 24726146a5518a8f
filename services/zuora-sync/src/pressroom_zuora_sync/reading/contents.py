"""Contents of stored versions: loaded in pieces of bounded size, opened in a thread.

An export may have 30 MB, and as objects in memory ten times as much: no more than a few are looked at at a time.
"""

import traceback
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from pressroom_zuora_sync.exports import Export, parsed
from pressroom_zuora_sync.vault import Damaged, UnknownKey, Vault, version_of

from . import refusals
from .ports import Stored
from .records import SealedExport, StoredVersion, VersionKey, VersionPair
from .turns import Turns, to_its_end

MOST_BYTES = 16_000_000
"""Of the exports that are in memory at a time, unless a single one has more."""
MOST_TOGETHER = 25
"""Exports, or pairs of them, that are loaded at a time."""

_ODD = (TypeError, ValueError, LookupError, AttributeError, RecursionError)
"""What walking an export fails with that is like none before."""

logger = structlog.get_logger()
T = TypeVar("T")
Item = TypeVar("Item")


class Contents:
    """Raises Refused where an export cannot be opened, and Unavailable."""

    def __init__(self, stored: Stored, vault: Vault) -> None:
        self._stored = stored
        self._vault = vault
        self._turns = Turns()

    async def looked_at(
        self, tenant_id: UUID | None, versions: Sequence[StoredVersion], look: Callable[[Export], T], odd: T
    ) -> AsyncIterator[tuple[VersionKey, T]]:
        """What `look`, in a thread, makes of each export with its secrets; in order, without those that are gone.

        `odd` stands for one at which `look` fails: what is wrong with it is no trouble of the others.
        """

        def looked(sealed: SealedExport) -> tuple[VersionKey, T]:
            export = self._export(sealed)
            return sealed.key, _tried(sealed.key, lambda: look(export), odd)

        for piece in pieces(versions, lambda version: version.bytes):
            async with self._turns.of(tenant_id):
                found = await self._stored.sealed(tenant_id, [version.key for version in piece])
                told = await to_its_end(partial(_each, found, looked))
            for each in told:
                yield each

    async def compared(
        self, tenant_id: UUID | None, pairs: Sequence[VersionPair], look: Callable[[Export, Export], T], odd: T
    ) -> AsyncIterator[T | None]:
        """The same of pairs: in order, None where one of the two is gone."""
        for piece in pieces(pairs, lambda pair: pair.left.bytes + pair.right.bytes):
            keys = {side.key for pair in piece for side in (pair.left, pair.right)}
            async with self._turns.of(tenant_id):
                found = {each.key: each for each in await self._stored.sealed(tenant_id, list(keys))}
                told = await to_its_end(partial(_each, piece, partial(self._pair, found, look, odd)))
            for each in told:
                yield each

    async def raw(self, tenant_id: UUID | None, versions: Sequence[StoredVersion]) -> dict[VersionKey, bytes]:
        """As Zuora sent them."""
        async with self._turns.of(tenant_id):
            found = await self._stored.sealed(tenant_id, [version.key for version in versions])
            return await to_its_end(lambda: {each.key: self._opened(each) for each in found})

    def _pair(
        self, found: Mapping[VersionKey, SealedExport], look: Callable[[Export, Export], T], odd: T, pair: VersionPair
    ) -> T | None:
        left, right = found.get(pair.left.key), found.get(pair.right.key)
        if not left or not right:
            return None
        exports = self._export(left), self._export(right)
        return _tried(right.key, lambda: look(*exports), odd)

    def _export(self, sealed: SealedExport) -> Export:
        return parsed(self._opened(sealed))

    def _opened(self, sealed: SealedExport) -> bytes:
        key = sealed.key
        try:
            return zlib.decompress(self._vault.open(sealed.sealed, version_of(key.workflow_id, key.number)))
        except (Damaged, UnknownKey) as error:
            raise refusals.locked(str(error)) from error


def _tried(key: VersionKey, look: Callable[[], T], odd: T) -> T:
    """The log says where it failed, and nothing of what is written there."""
    try:
        return look()
    except _ODD as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(  # noqa: TRY400 (the error itself may quote the export)
            "an export cannot be looked at",
            workflow_id=str(key.workflow_id),
            version=key.number,
            error=type(error).__name__,
            at=f"{place.name}:{place.lineno}",
        )
        return odd


def most_of(versions: Sequence[StoredVersion]) -> Sequence[StoredVersion]:
    """The first ones, as many as one answer may have: MOST_BYTES, or one."""
    size = 0
    for place, version in enumerate(versions):
        size += version.bytes
        if place and size > MOST_BYTES:
            return versions[:place]
    return versions


def pieces(items: Iterable[Item], bytes_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Of at most MOST_BYTES and MOST_TOGETHER, and of one at least."""
    piece: list[Item] = []
    size = 0
    for item in items:
        if piece and (size + bytes_of(item) > MOST_BYTES or len(piece) >= MOST_TOGETHER):
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += bytes_of(item)
    if piece:
        yield piece


def _each(items: Sequence[Item], look: Callable[[Item], T]) -> list[T]:
    return [look(item) for item in items]
