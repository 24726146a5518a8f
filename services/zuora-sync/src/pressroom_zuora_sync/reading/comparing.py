"""What changed between two versions of a workflow."""

from bisect import bisect
from collections.abc import AsyncIterator, Sequence
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Diff, ElementChange, FieldChange
from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.diff import difference
from pressroom_zuora_sync.exports.shortening import MOST_NAME, shortened

from . import refusals
from .contents import Contents, Unreadable
from .ports import Stored
from .records import StoredVersion, VersionPair
from .versions import version_of

MOST_CHANGES = 500
MOST_BYTES = 2_000_000
"""Of a workflow that are told, as JSON."""


class Changes(NamedTuple):
    told: tuple[ElementChange, ...] = ()
    """At most MOST_CHANGES, of MOST_BYTES."""
    truncated: bool = False
    """There is more, of one of them or behind them."""


class Comparing:
    def __init__(self, stored: Stored, contents: Contents) -> None:
        self._stored = stored
        self._contents = contents

    def changes(self, caller: Caller, pairs: Sequence[VersionPair]) -> AsyncIterator[Changes | None]:
        """Of each pair; None where one of the two is gone meanwhile. Raises Refused, and Unavailable."""
        return self._contents.compared(caller.tenant_id, pairs, _changes, _not_compared)

    async def diff(self, caller: Caller, workflow_id: UUID, from_: int | None, to: int | None) -> Diff:
        """Unless told otherwise, the newest version and the one before it. Raises Refused, and Unavailable."""
        right = await self._version(caller, workflow_id, to)
        left = await self._before(caller, right) if from_ is None else await self._version(caller, workflow_id, from_)
        pairs = [VersionPair(left, right)]
        changes = await anext(self._contents.compared(caller.tenant_id, pairs, _changes, _refused))
        if changes is None:
            raise refusals.no_version()
        return Diff(
            left=f"version {left.number}",
            right=f"version {right.number}",
            equal=not changes.told,
            changes=changes.told,
            truncated=changes.truncated,
        )

    async def _version(self, caller: Caller, workflow_id: UUID, number: int | None) -> StoredVersion:
        return await version_of(self._stored, caller, workflow_id, number)

    async def _before(self, caller: Caller, version: StoredVersion) -> StoredVersion:
        found = await self._stored.version(caller.tenant_id, version.workflow_id, version.number - 1)
        if found is None:
            raise refusals.none_before(version.number)
        return found


def _changes(left: Export, right: Export) -> Changes:
    """Until it is enough: of two exports of 30 MB, all that differs is too much for an answer."""
    told: list[ElementChange] = []
    room = MOST_BYTES
    for change in difference(left, right):
        fitting = _fitting(change, room)
        if fitting is None or len(told) >= MOST_CHANGES:
            return Changes(tuple(told), truncated=True)
        told.append(fitting)
        room -= bytes_of(fitting)
    return Changes(tuple(told), truncated=any(change.truncated for change in told))


def _fitting(change: ElementChange, room: int) -> ElementChange | None:
    """With as many fields as there is room for; None where there is room for none."""
    if bytes_of(change) <= room:
        return change
    room -= bytes_of(change.model_copy(update={"fields": (), "truncated": True}))
    ends = list(accumulate(bytes_of(field) + 1 for field in change.fields))
    fields = change.fields[: bisect(ends, room)]
    return change.model_copy(update={"fields": fields, "truncated": True}) if fields else None


def bytes_of(told: BaseModel) -> int:
    return len(told.model_dump_json().encode())


def _not_compared(pair: VersionPair, error: Unreadable) -> Changes:
    """In place of a comparison."""
    said = [str(error) if error.version == side else "cannot be compared" for side in (pair.left, pair.right)]
    field = FieldChange(path="export", before=said[0], after=said[1])
    return Changes(
        (ElementChange(sort="workflow", change="changed", name=shortened(pair.right.name, MOST_NAME), fields=(field,)),)
    )


def _refused(pair: VersionPair, error: Unreadable) -> Changes:
    if error.locked:
        raise refusals.unreadable(str(error))
    return _not_compared(pair, error)
