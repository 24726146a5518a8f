"""Whether the rows of an environment are what Zuora has: all of it, and nothing else."""

from collections.abc import Collection
from typing import Any
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


async def equal(desk: Desk, environment_id: UUID, client_id: str, but: Collection[int] = ()) -> None:
    """Row by row. `but`: workflows whose exports could not be had; of them only what the list says is compared."""
    truth = (await desk.zuora.truth(client_id)).workflows
    stored = await desk.stored(environment_id)
    tasks, linkages = await desk.tasks(environment_id), await desk.linkages(environment_id)
    assert set(stored) == set(truth)
    for zuora_id, true in truth.items():
        row = stored[zuora_id]
        assert {name: row[name] for name in _LISTED} == {name: _clean(getattr(true, name)) for name in _LISTED}
        assert (row["zuora_created_at"], row["zuora_updated_at"]) == (true.created_at, true.updated_at)
        assert (row["missed"], row["missing_since"]) == (0, None)
        if zuora_id in but:
            assert row["export_error"] is not None
            continue
        assert row["export_error"] is None
        assert row["export"] == true.export
        assert row["draft"] == true.draft
        assert msgspec.json.decode(row["redacted"]) == without(true.export)
        assert _rows_of_tasks(tasks.get(row["id"], {})) == _true_tasks(true)
        assert [_row_of_linkage(each) for each in linkages.get(row["id"], [])] == [
            _row_of_linkage(each) for each in true.linkages
        ]


def _rows_of_tasks(rows: dict[int, Any]) -> dict[int, Any]:
    return {
        id_: (row.name, row.action_type, row.call_type, row.object, row.object_id, msgspec.json.decode(row.detail))
        for id_, row in rows.items()
    }


def _true_tasks(true: TrueWorkflow) -> dict[int, Any]:
    return {
        task["id"]: (
            without(task["name"]),
            task["action_type"],
            task.get("call_type"),
            task.get("object"),
            task.get("object_id"),
            without(task),
        )
        for task in true.tasks
    }


def _row_of_linkage(linkage: Any) -> tuple[Any, ...]:
    return tuple(linkage[name] for name in ("linkage_type", "source_task_id", "source_workflow_id", "target_task_id"))


def _clean(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) else value
