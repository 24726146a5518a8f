"""How far two environments have drifted apart.

What an export means is a hash (`meaning`) that is the same in both environments, and kept here by version: versions
never change. So the next pages of a comparison open only the exports that they show.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Drift, ElementChange, FieldChange, WorkflowDrift
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor
from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.drift import NamedPair, by_name
from pressroom_zuora_sync.exports.meaning import meaning

from . import refusals
from .comparing import Changes, Comparing, bytes_of
from .contents import Contents
from .ports import Stored
from .records import NamePlace, StoredVersion, VersionKey, VersionPair

MOST_CHANGES = 2_000
MOST_BYTES = 2_000_000
"""Of what is told on a page, unless one item has more."""
_MOST_MEANINGS = 100_000
_BEGINNING = 100
"""Characters of a name that it is sorted by."""

Versions = Mapping[UUID, StoredVersion]
DriftState = Literal["equal", "different", "left_only", "right_only", "ambiguous"]


@dataclass(frozen=True)
class _Compared:
    pair: NamedPair
    state: DriftState


class Drifting:
    def __init__(self, stored: Stored, contents: Contents, comparing: Comparing) -> None:
        self._stored = stored
        self._contents = contents
        self._comparing = comparing
        self._meanings: OrderedDict[VersionKey, bytes | None] = OrderedDict()

    async def drift(self, caller: Caller, left: UUID, right: UUID, limit: int, cursor: str | None) -> Drift:
        """Sorted by name. Raises Refused, and Unavailable."""
        after = decode_cursor(cursor, NamePlace) if cursor else None
        await self._check(caller, left, right)
        versions, compared = await self._compared(caller, left, right)
        different = (each for each in compared if each.state != "equal")
        waiting = [each for each in different if after is None or _place(each) > after]
        items = await self._items(caller, waiting[:limit], versions)
        counts = Counter(each.state for each in compared)
        return Drift(
            left=left,
            right=right,
            equal=counts["equal"],
            different=counts["different"],
            left_only=counts["left_only"],
            right_only=counts["right_only"],
            ambiguous=counts["ambiguous"],
            items=tuple(items),
            next_cursor=encode_cursor(_place(waiting[len(items) - 1])) if len(items) < len(waiting) else None,
        )

    async def _check(self, caller: Caller, left: UUID, right: UUID) -> None:
        if left == right:
            raise refusals.same_environment()
        if await self._stored.environments(caller.tenant_id, [left, right]) != {left, right}:
            raise refusals.no_environment()

    async def _compared(self, caller: Caller, left: UUID, right: UUID) -> tuple[Versions, list[_Compared]]:
        on_left = await self._stored.newest(caller.tenant_id, environment_id=left)
        on_right = await self._stored.newest(caller.tenant_id, environment_id=right)
        pairs = by_name(_names(on_left), _names(on_right))
        versions = {version.workflow_id: version for version in (*on_left, *on_right)}
        both = [versions[side] for pair in pairs if pair.state == "both" for side in (pair.left, pair.right) if side]
        meanings = await self._meanings_of(caller, both)
        return versions, sorted((_Compared(pair, _state(pair, meanings)) for pair in pairs), key=_place)

    async def _meanings_of(self, caller: Caller, versions: Sequence[StoredVersion]) -> dict[UUID, bytes | None]:
        """By workflow; of those that have an export. None: nobody can say what it means."""
        exported = [version for version in versions if version.number]
        unknown = [version for version in exported if version.key not in self._meanings]
        async for key, found in self._contents.looked_at(caller.tenant_id, unknown, _meaning, lambda _: None):
            self._meanings[key] = found
        known = {version.workflow_id: self._meanings.get(version.key, b"") for version in exported}
        while len(self._meanings) > _MOST_MEANINGS:
            self._meanings.popitem(last=False)
        return known

    async def _items(self, caller: Caller, page: Sequence[_Compared], versions: Versions) -> list[WorkflowDrift]:
        """Fewer than the page has where much is to be told."""
        pairs = [_versions(each, versions) for each in page]
        exported = [pair for pair in pairs if pair and pair.left.number and pair.right.number]
        found = self._comparing.changes(caller, exported)
        items: list[WorkflowDrift] = []
        told = size = 0
        for each, pair in zip(page, pairs, strict=True):
            if told >= MOST_CHANGES:
                break
            changes = Changes()
            if pair and pair.left.number and pair.right.number:
                compared = await anext(found)
                changes = compared or changes
            elif pair:
                changes = _not_exported(pair)
            item = _drift(each, changes)
            size += bytes_of(item)
            if items and size > MOST_BYTES:
                break
            items.append(item)
            told += len(changes.told)
        return items


def _versions(each: _Compared, versions: Versions) -> VersionPair | None:
    left, right = each.pair.left, each.pair.right
    return VersionPair(versions[left], versions[right]) if left and right else None


def _drift(each: _Compared, changes: Changes) -> WorkflowDrift:
    pair = each.pair
    return WorkflowDrift(
        name=pair.name,
        state=each.state,
        left=pair.left,
        right=pair.right,
        changes=changes.told,
        truncated=changes.truncated,
    )


def _not_exported(pair: VersionPair) -> Changes:
    field = FieldChange(path="export", before=_stored(pair.left), after=_stored(pair.right))
    return Changes((ElementChange(sort="workflow", change="changed", name=pair.right.name, fields=(field,)),))


def _place(each: _Compared) -> NamePlace:
    name = each.pair.name
    return NamePlace(name[:_BEGINNING], hashlib.sha256(name.encode()).hexdigest()[:16])


def _names(versions: Sequence[StoredVersion]) -> list[tuple[str, UUID]]:
    return [(version.name, version.workflow_id) for version in versions]


def _state(pair: NamedPair, meanings: Mapping[UUID, bytes | None]) -> DriftState:
    """Two of which one could not be exported yet are different: nobody can say that they are equal."""
    if pair.state != "both" or pair.left is None or pair.right is None:
        return "ambiguous" if pair.state == "both" else pair.state
    left, right = meanings.get(pair.left), meanings.get(pair.right)
    return "equal" if left is not None and left == right else "different"


def _meaning(export: Export) -> bytes | None:
    return meaning(export)


def _stored(version: StoredVersion) -> str:
    return "stored" if version.number else "none could be stored yet"
