"""Findings in the newest versions, workflow by workflow."""

from collections.abc import Sequence
from itertools import islice
from uuid import UUID

from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Finding, Findings
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor
from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.lint import Fault, faults

from .comparing import bytes_of
from .contents import Contents, Unreadable, most_of
from .ports import Stored
from .presence import Presence
from .records import FindingPlace, Places, StoredVersion

MOST_WORKFLOWS = 200
"""Looked at for one page, which so may have few findings and still not be the last."""
MOST_BYTES = 2_000_000
"""Of what is told on a page, unless one finding has more."""


class Linting:
    def __init__(self, stored: Stored, contents: Contents, presence: Presence) -> None:
        self._stored = stored
        self._contents = contents
        self._presence = presence

    async def findings(
        self, caller: Caller, environment_id: UUID | None, workflow_id: UUID | None, limit: int, cursor: str | None
    ) -> Findings:
        """By workflow, its gravest first. Raises Refused, and Unavailable."""
        place = decode_cursor(cursor, FindingPlace) if cursor else None
        waiting = await self._stored.newest(
            caller.tenant_id,
            environment_id=environment_id,
            workflow_id=workflow_id,
            start=place.workflow_id if place else None,
            count=MOST_WORKFLOWS + 1,
        )
        if not waiting:
            await self._presence.check(caller, Places(environment_id=environment_id, workflow_id=workflow_id))
        now = most_of(waiting[:MOST_WORKFLOWS])
        items, looked, end = await self._of(caller, now, place, limit)
        if end is None and len(now) < len(waiting):
            end = FindingPlace(waiting[len(now)].workflow_id, 0)
        return Findings(items=tuple(items), workflows=looked, next_cursor=encode_cursor(end) if end else None)

    async def _of(
        self, caller: Caller, versions: Sequence[StoredVersion], place: FindingPlace | None, limit: int
    ) -> tuple[list[Finding], int, FindingPlace | None]:
        """Findings, the workflows that were looked at, and where it stopped, if there are more of these."""
        names = {version.workflow_id: version.name for version in versions}
        told = {place.workflow_id: place.told} if place else {}
        items: list[Finding] = []
        looked = size = 0

        def first(export: Export) -> list[Fault]:
            return list(islice(faults(export), max(told.values(), default=0) + limit + 1))

        exported = [version for version in versions if version.number]
        async for key, found in self._contents.looked_at(caller.tenant_id, exported, first, _unreadable):
            before = told.get(key.workflow_id, 0)
            looked += 1
            for nth, fault in enumerate(found[before:], before):
                finding = _finding(key.workflow_id, names[key.workflow_id], fault)
                size += bytes_of(finding)
                if len(items) == limit or (items and size > MOST_BYTES):
                    return items, looked - (nth == 0), FindingPlace(key.workflow_id, nth)
                items.append(finding)
        return items, looked, None


def _unreadable(error: Unreadable) -> list[Fault]:
    return [Fault("unreadable", "error", str(error))]


def _finding(workflow_id: UUID, workflow: str, fault: Fault) -> Finding:
    return Finding(
        workflow_id=workflow_id,
        workflow=workflow,
        rule=fault.rule,
        severity=fault.severity,
        task=fault.task,
        detail=fault.detail,
    )
