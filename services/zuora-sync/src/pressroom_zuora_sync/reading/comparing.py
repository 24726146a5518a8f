"""What changed between two versions of a workflow."""

from collections.abc import AsyncIterator, Sequence
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Diff, ElementChange
from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.diff import difference

from . import refusals
from .contents import Contents
from .ports import Stored
from .records import VersionPair
from .versions import version_of

MOST_CHANGES = 500
"""Of a workflow that are told."""


class Changes(NamedTuple):
    told: tuple[ElementChange, ...] = ()
    """At most MOST_CHANGES."""
    truncated: bool = False
    """There are more."""


class Comparing:
    def __init__(self, stored: Stored, contents: Contents) -> None:
        self._stored = stored
        self._contents = contents

    def changes(self, caller: Caller, pairs: Sequence[VersionPair]) -> AsyncIterator[Changes | None]:
        """Of each pair; None where one of the two is gone meanwhile. Raises Refused, and Unavailable."""
        return self._contents.compared(caller.tenant_id, pairs, _changes)

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
    found = tuple(islice(difference(left, right), MOST_CHANGES + 1))
    return Changes(found[:MOST_CHANGES], len(found) > MOST_CHANGES)
