"""What there is, whatever was answered: for a comparison with a database after a sync."""

from datetime import datetime
from typing import Any

import msgspec

from .account import Account
from .workflow import Workflow


class TrueWorkflow(msgspec.Struct, kw_only=True):
    """`version`, `tasks` and `linkages` are of the active version, or of the latest one (`draft`)."""

    id: int
    name: str
    description: str
    status: str
    active_version_id: int | None
    version_id: int
    version: str
    draft: bool
    callout_trigger: bool
    ondemand_trigger: bool
    scheduled_trigger: bool
    interval: str | None
    timezone: str | None
    created_at: datetime
    updated_at: datetime
    workflow: dict[str, Any]
    tasks: list[dict[str, Any]]
    linkages: list[dict[str, Any]]

    @property
    def export(self) -> dict[str, Any]:
        """As Zuora exports it."""
        return {"workflow": self.workflow, "tasks": self.tasks, "linkages": self.linkages}


class Truth(msgspec.Struct):
    """Of an account: its workflows by id, and the ids that it had and has no more."""

    client_id: str
    workflows: dict[int, TrueWorkflow]
    deleted: list[int]


def truth_of(account: Account) -> Truth:
    workflows = {workflow.id: _true(workflow) for workflow in account.listed()}
    return Truth(account.spec.client_id, workflows, list(account.deleted))


def _true(workflow: Workflow) -> TrueWorkflow:
    active, shown = workflow.active_version, workflow.shown
    return TrueWorkflow(
        id=workflow.id,
        name=workflow.name,
        description=workflow.description,
        status=workflow.status,
        active_version_id=active.id if active else None,
        version_id=shown.id,
        version=shown.number,
        draft=active is None,
        callout_trigger=workflow.callout_trigger,
        ondemand_trigger=workflow.ondemand_trigger,
        scheduled_trigger=workflow.scheduled_trigger,
        interval=workflow.interval,
        timezone=workflow.timezone,
        created_at=workflow.created_at,
        updated_at=workflow.updated_at,
        **shown.export,
    )
