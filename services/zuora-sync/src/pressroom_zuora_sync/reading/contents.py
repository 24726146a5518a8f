"""Contents of stored versions: loaded in pieces of bounded size, opened in a thread.

An export may have 30 MB, and as objects in memory ten times as much: no more than a few are looked at at a time.
"""

import traceback
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog

from pressroom_zuora_sync.exports import Export, parsed
from pressroom_zuora_sync.exports.shortening import MOST_NAME, shortened
from pressroom_zuora_sync.vault import Damaged, UnknownKey, Vault, version_of

from .ports import Stored
from .records import SealedExport, StoredVersion, VersionKey, VersionPair
from .turns import Turns, to_its_end

MOST_BYTES = 16_000_000
"""Of the exports that are in memory at a time, unless a single one has more."""
MOST_TOGETHER = 25
"""Exports, or pairs of them, that are loaded at a time."""

_LOCKED = (Damaged, UnknownKey)
_ODD = (TypeError, ValueError, LookupError, AttributeError, RecursionError, zlib.error, msgspec.MsgspecError)
"""What walking an export fails with that is like none before."""

logger = structlog.get_logger()
T = TypeVar("T")
Item = TypeVar("Item")


class Unreadable(Exception):
    """A stored export that cannot be opened (`locked`), or that is odd. `str` says which one, why, and what to do."""

    def __init__(self, version: StoredVersion, why: str, *, locked: bool) -> None:
        name = shortened(version.name, MOST_NAME)
        super().__init__(f"Version {version.number} of the workflow {name} cannot be read. {why}")
        self.version = version
        self.locked = locked


class Contents:
    """Raises Unavailable."""

    def __init__(self, stored: Stored, vault: Vault) -> None:
        self._stored = stored
        self._vault = vault
        self._turns = Turns()

    async def looked_at(
        self,
        tenant_id: UUID | None,
        versions: Sequence[StoredVersion],
        look: Callable[[Export], T],
        odd: Callable[[Unreadable], T],
    ) -> AsyncIterator[tuple[VersionKey, T]]:
        """What `look`, in a thread, makes of each export with its secrets; in order, without those that are gone.

        What `odd` makes stands for one that cannot be read: what is wrong with it is no trouble of the others.
        """
        asked = {version.key: version for version in versions}

        def looked(sealed: SealedExport) -> tuple[VersionKey, T]:
            try:
                return sealed.key, _tried(asked[sealed.key], lambda: look(self._export(sealed)))
            except Unreadable as error:
                return sealed.key, odd(error)

        for piece in pieces(versions, lambda version: version.bytes):
            async with self._turns.of(tenant_id):
                found = await self._stored.sealed(tenant_id, [version.key for version in piece])
                told = await to_its_end(partial(_each, found, looked))
            for each in told:
                yield each

    async def compared(
        self,
        tenant_id: UUID | None,
        pairs: Sequence[VersionPair],
        look: Callable[[Export, Export], T],
        odd: Callable[[VersionPair, Unreadable], T],
    ) -> AsyncIterator[T | None]:
        """The same of pairs: in order, None where one of the two is gone."""
        for piece in pieces(pairs, lambda pair: pair.left.bytes + pair.right.bytes):
            keys = {side.key for pair in piece for side in (pair.left, pair.right)}
            async with self._turns.of(tenant_id):
                found = {each.key: each for each in await self._stored.sealed(tenant_id, list(keys))}
                told = await to_its_end(partial(_each, piece, partial(self._pair, found, look, odd)))
            for each in told:
                yield each

    async def in_turn(self, tenant_id: UUID | None, work: Callable[[], T]) -> T:
        """What the work on one that is in memory already returns, or raises."""
        async with self._turns.of(tenant_id):
            return await to_its_end(work)

    async def raw(
        self, tenant_id: UUID | None, versions: Sequence[StoredVersion]
    ) -> dict[VersionKey, bytes | Unreadable]:
        """As Zuora sent them."""
        asked = {version.key: version for version in versions}

        def opened(sealed: SealedExport) -> bytes | Unreadable:
            try:
                return _tried(asked[sealed.key], lambda: _sound(self._opened(sealed)))
            except Unreadable as error:
                return error

        async with self._turns.of(tenant_id):
            found = await self._stored.sealed(tenant_id, list(asked))
            return await to_its_end(lambda: {each.key: opened(each) for each in found})

    def _pair(
        self,
        found: Mapping[VersionKey, SealedExport],
        look: Callable[[Export, Export], T],
        odd: Callable[[VersionPair, Unreadable], T],
        pair: VersionPair,
    ) -> T | None:
        left, right = found.get(pair.left.key), found.get(pair.right.key)
        if not left or not right:
            return None
        try:
            before = _tried(pair.left, lambda: self._export(left))
            after = _tried(pair.right, lambda: self._export(right))
            return _tried(pair.right, lambda: look(before, after))
        except Unreadable as error:
            return odd(pair, error)

    def _export(self, sealed: SealedExport) -> Export:
        return parsed(self._opened(sealed))

    def _opened(self, sealed: SealedExport) -> bytes:
        key = sealed.key
        return zlib.decompress(self._vault.open(sealed.sealed, version_of(key.workflow_id, key.number)))


def _tried(version: StoredVersion, look: Callable[[], T]) -> T:
    """Raises Unreadable. The log says where it failed, and nothing of what is written there."""
    try:
        return look()
    except _LOCKED as error:
        _log(version, error)
        raise Unreadable(version, str(error), locked=True) from error
    except _ODD as error:
        _log(version, error)
        raise Unreadable(version, "The log of zuora-sync says what is odd in its export.", locked=False) from None


def _log(version: StoredVersion, error: Exception) -> None:
    place = traceback.extract_tb(error.__traceback__)[-1]
    logger.error(
        "an export cannot be looked at",
        workflow_id=str(version.workflow_id),
        version=version.number,
        error=type(error).__name__,
        at=f"{place.name}:{place.lineno}",
    )


def _sound(raw: bytes) -> bytes:
    """It is JSON, so that it can stand among others."""
    msgspec.json.decode(raw, type=msgspec.Raw)
    return raw


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
