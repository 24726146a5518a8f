"""Which version somebody means."""

from uuid import UUID

from pressroom_common.internal_scope import Caller

from . import refusals
from .ports import Stored
from .records import StoredVersion


async def version_of(stored: Stored, caller: Caller, workflow_id: UUID, number: int | None) -> StoredVersion:
    """`number` None: the newest. Raises Refused, and Unavailable."""
    found = await stored.version(caller.tenant_id, workflow_id, number)
    if found is None:
        workflow = await stored.version(caller.tenant_id, workflow_id, None)
        raise refusals.no_version() if workflow else refusals.no_workflow()
    if found.number == 0:
        raise refusals.not_exported()
    return found
