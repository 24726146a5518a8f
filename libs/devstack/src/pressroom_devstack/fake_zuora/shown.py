"""How a workflow and its versions are told, field by field. The misspelt key is Zuora's."""

from typing import Any

from .workflow import SHOWN_VERSIONS, Version, Workflow

Shown = dict[str, Any]


def definition(workflow: Workflow) -> Shown:
    """Of `GET /workflows/{id}`."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "status": workflow.status,
        "active_version": _active(workflow),
        "calloutTrigger": workflow.callout_trigger,
        "ondemandTrigger": workflow.ondemand_trigger,
        "scheduledTrigger": workflow.scheduled_trigger,
        "interval": workflow.interval,
        "timezone": workflow.timezone,
        "createdAt": workflow.date(workflow.created_at),
        "updatedAt": workflow.date(workflow.updated_at),
    }


def listed(workflow: Workflow) -> Shown:
    """Of the list: with the latest versions that are not active."""
    inactive = [version for version in reversed(workflow.versions) if version is not workflow.active_version]
    shown = [version_of(workflow, version) for version in inactive[:SHOWN_VERSIONS]]
    return definition(workflow) | {"latest_inactive_verisons": shown}


def version_of(workflow: Workflow, version: Version) -> Shown:
    return {
        "id": version.id,
        "name": workflow.name,
        "description": workflow.description,
        "version": version.number,
        "type": "Workflow::Setup",
        "calloutTrigger": workflow.callout_trigger,
        "ondemandTrigger": workflow.ondemand_trigger,
        "scheduledTrigger": workflow.scheduled_trigger,
        "interval": workflow.interval,
        "timezone": workflow.timezone,
        "createdAt": workflow.date(workflow.created_at),
        "updatedAt": workflow.date(workflow.updated_at),
    }


def _active(workflow: Workflow) -> Shown | None:
    version = workflow.active_version
    if version is None:
        return None
    return {
        "id": version.id,
        "version": version.number,
        "status": "Active",
        "type": "Workflow::Setup",
        "description": workflow.description,
    }
