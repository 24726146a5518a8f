"""Whether the rows of an environment are what Zuora has: all of it, and nothing else."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from integration.zuora_sync.desk import Desk
from pressroom_devstack.fake_zuora import TrueWorkflow
from pressroom_zuora_sync.exports.redaction import without

_LISTED = (
    "name",
    "description",
    "status",
    "active_version_id",
    "callout_trigger",
    "ondemand_trigger",
    "scheduled_trigger",
    "interval",
    "timezone",
)


async def equal(
    desk: Desk,
    environment_id: UUID,
    client_id: str,
    but: Collection[int] = (),
    odd: Mapping[int, dict[str, Any]] = MappingProxyType({}),
) -> None:
    """Row by row, and nothing is deleted that exists. `but`: workflows whose exports could not be had; of them only
    what the list says is compared. `odd`: exports that came with more than what is true, as they came."""
    truth = await desk.zuora.truth(client_id)
    stored = await desk.stored(environment_id)
    tasks, linkages = await desk.tasks(environment_id), await desk.linkages(environment_id)
    assert set(stored) == set(truth.workflows)
    deleted = await desk.deleted(environment_id)
    assert set(deleted) <= set(truth.deleted)
    for zuora_id, true in truth.workflows.items():
        row = stored[zuora_id]
        _equal_listed(row, true)
        assert (row["export_error"] is not None) == (zuora_id in but)
        if zuora_id in but:
            continue
        _equal_version(row, true, odd.get(zuora_id, true.export))
        assert _rows_of_tasks(tasks.pop(row["id"], {}), row) == _true_tasks(true)
        assert [_row_of_linkage(each) for each in linkages.pop(row["id"], [])] == [
            _row_of_linkage(each) for each in true.linkages
        ]
    kept = {*deleted.values(), *(stored[zuora_id]["id"] for zuora_id in but)}
    assert {*tasks, *linkages} <= kept


def _equal_listed(row: dict[str, Any], true: TrueWorkflow) -> None:
    assert {name: row[name] for name in _LISTED} == {name: _clean(getattr(true, name)) for name in _LISTED}
    assert (row["zuora_created_at"], row["zuora_updated_at"]) == (true.created_at, true.updated_at)
    assert (row["missed"], row["missing_since"]) == (0, None)


def _equal_version(row: dict[str, Any], true: TrueWorkflow, export: dict[str, Any]) -> None:
    """The newest one: opened, it is the export; its copy is the same without secrets."""
    assert row["export"] == export
    assert msgspec.json.decode(row["redacted"]) == without(export)
    told = (true.version_id, None if true.draft else true.version, true.draft)
    assert (row["zuora_version_id"], row["zuora_version"], row["draft"]) == told


def _rows_of_tasks(rows: dict[int, Any], workflow: dict[str, Any]) -> dict[int, Any]:
    """All of them the workflow's own tenant's and environment's."""
    owner = (workflow["tenant_id"], workflow["environment_id"])
    assert {(row.tenant_id, row.environment_id) for row in rows.values()} <= {owner}
    columns = ("name", "action_type", "call_type", "object", "object_id", "host")
    return {id_: (*(row[column] for column in columns), msgspec.json.decode(row.detail)) for id_, row in rows.items()}


def _true_tasks(true: TrueWorkflow) -> dict[int, Any]:
    return {
        task["id"]: (
            without(task["name"]),
            task["action_type"],
            task.get("call_type"),
            task.get("object"),
            task.get("object_id"),
            urlsplit(task["parameters"].get("url", "")).hostname,
            without(task),
        )
        for task in true.tasks
    }


def _row_of_linkage(linkage: Any) -> tuple[Any, ...]:
    return tuple(linkage[name] for name in ("linkage_type", "source_task_id", "source_workflow_id", "target_task_id"))


def _clean(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) else value
