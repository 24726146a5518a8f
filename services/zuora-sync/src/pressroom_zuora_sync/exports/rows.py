"""Rows of an export: its tasks and its linkages."""

from typing import Any

from .endpoints import host_of
from .parsing import task_id
from .records import Export, Json, LinkageRow, TaskRow
from .redaction import redacted, without

MOST_NAME = 1_000
MOST_TYPE = 200
"""Characters of a column that is indexed; the whole stands in `details`. PostgreSQL refuses larger keys."""


def tasks_of(export: Export, shown: Json | None = None) -> list[TaskRow]:
    """`shown`: the export's redacted copy, where it was made already: the work for a large one is done once."""
    details: list[Json] = (redacted(export) if shown is None else shown)["tasks"]
    places = {task_id(task["id"]): place for place, task in enumerate(details)}
    return [_task(task, details[places[task["id"]]], places[task["id"]] + 1) for task in export.tasks]


def linkages_of(export: Export) -> list[LinkageRow]:
    return [_linkage(position, linkage) for position, linkage in enumerate(export.linkages)]


def _task(task: Json, details: Json, place: int) -> TaskRow:
    return TaskRow(
        zuora_task_id=task["id"],
        place=place,
        name=_text(details.get("name"), MOST_NAME) or "",
        action_type=_text(details.get("action_type"), MOST_TYPE) or "",
        call_type=_text(details.get("call_type"), MOST_TYPE),
        object=_text(details.get("object"), MOST_TYPE),
        object_id=_text(details.get("object_id"), MOST_TYPE),
        host=host_of(task.get("parameters")),
    )


def _linkage(position: int, linkage: Json) -> LinkageRow:
    return LinkageRow(
        position=position,
        linkage_type=_text(without(linkage.get("linkage_type")), MOST_TYPE) or "",
        source_task_id=task_id(linkage.get("source_task_id")),
        source_workflow_id=task_id(linkage.get("source_workflow_id")),
        target_task_id=task_id(linkage.get("target_task_id")),
    )


def _text(value: Any, most: int) -> str | None:
    if isinstance(value, str):
        return value[:most]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:most]
    return None
