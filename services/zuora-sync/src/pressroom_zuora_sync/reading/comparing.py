"""What changed between two versions of a workflow."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from uuid import UUID

from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Diff, ElementChange, FieldChange
from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.diff import difference

from . import refusals
from .contents import Contents
from .ports import Stored
from .records import VersionPair
from .versions import version_of

MOST_CHANGES = 500
MOST_BYTES = 2_000_000
"""Of a workflow that are told; what is told last may go beyond."""


class Changes(NamedTuple):
    told: tuple[ElementChange, ...] = ()
    """At most MOST_CHANGES, of about MOST_BYTES."""
    truncated: bool = False
    """There are more."""
    bytes: int = 0
    """Of what is told, as JSON."""


_ODD = Changes(
    (
        ElementChange(
            sort="workflow",
            change="changed",
            name="workflow",
            fields=(FieldChange(path="export", before="cannot be compared", after="cannot be compared"),),
        ),
    )
)
"""In place of a comparison that fails. The log of zuora-sync says where it did."""


class Comparing:
    def __init__(self, stored: Stored, contents: Contents) -> None:
        self._stored = stored
        self._contents = contents

    def changes(self, caller: Caller, pairs: Sequence[VersionPair]) -> AsyncIterator[Changes | None]:
        """Of each pair; None where one of the two is gone meanwhile. Raises Refused, and Unavailable."""
        return self._contents.compared(caller.tenant_id, pairs, _changes, _ODD)

    async def diff(self, caller: Caller, workflow_id: UUID, from_: int | None, to: int | None) -> Diff:
        """Unless told otherwise, the newest version and the one before it. Raises Refused, and Unavailable."""
        right = await version_of(self._stored, caller, workflow_id, to)
        left = await version_of(self._stored, caller, workflow_id, right.number - 1 if from_ is None else from_)
        changes = await anext(self.changes(caller, [VersionPair(left, right)]))
        if changes is None:
            raise refusals.no_version()
        return Diff(
            left=f"version {left.number}",
            right=f"version {right.number}",
            equal=not changes.told,
            changes=changes.told,
            truncated=changes.truncated,
        )


def _changes(left: Export, right: Export) -> Changes:
    """Until it is enough: of two exports of 30 MB, all that differs is too much for an answer."""
    told: list[ElementChange] = []
    size = 0
    for change in difference(left, right):
        if len(told) >= MOST_CHANGES or size >= MOST_BYTES:
            return Changes(tuple(told), truncated=True, bytes=size)
        told.append(change)
        size += len(change.model_dump_json())
    return Changes(tuple(told), bytes=size)
