"""Lists of workflows, versions and tasks."""

from uuid import UUID

from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Versions, WorkflowView
from pressroom_common.zuora_reads import Workflows as WorkflowsPage
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor

from . import refusals
from .ports import Workflows
from .presence import Presence
from .records import Places, TaskFilter, TaskPlace, WorkflowFilter
from .splicing import page_of

_NOTHING = b"[]"


class WorkflowService:
    """Everything is of the caller's tenant: another's is not there. Raises Refused, and Unavailable."""

    def __init__(self, workflows: Workflows, presence: Presence) -> None:
        self._workflows = workflows
        self._presence = presence

    async def page(self, caller: Caller, wanted: WorkflowFilter, limit: int, cursor: str | None) -> WorkflowsPage:
        before = decode_cursor(cursor, UUID) if cursor else None
        found = await self._workflows.page(caller.tenant_id, wanted, before, limit + 1)
        if not found:
            places = Places(environment_id=wanted.environment_id, customer_id=wanted.customer_id)
            await self._presence.check(caller, places)
        next_cursor = encode_cursor(found[limit - 1].id) if len(found) > limit else None
        return WorkflowsPage(items=tuple(found[:limit]), next_cursor=next_cursor)

    async def find(self, caller: Caller, workflow_id: UUID) -> WorkflowView:
        found = await self._workflows.find(caller.tenant_id, workflow_id)
        if found is None:
            raise refusals.no_workflow()
        return found

    async def versions(self, caller: Caller, workflow_id: UUID) -> Versions:
        found = await self._workflows.versions(caller.tenant_id, workflow_id)
        if found is None:
            raise refusals.no_workflow()
        return found

    async def tasks(self, caller: Caller, wanted: TaskFilter, limit: int, cursor: str | None) -> bytes:
        """A page of `Tasks`, as JSON."""
        after = decode_cursor(cursor, TaskPlace) if cursor else None
        items, end = await self._workflows.tasks(caller.tenant_id, wanted, after, limit)
        if items == _NOTHING:
            places = Places(environment_id=wanted.environment_id, workflow_id=wanted.workflow_id)
            await self._presence.check(caller, places)
        return b"".join(page_of([[items[1:-1]]], encode_cursor(end) if end else None))
