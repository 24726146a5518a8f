"""Exports for the tests: as small as they can be."""

from typing import Any

import msgspec

from pressroom_common.zuora_reads import ElementChange
from pressroom_zuora_sync.exports import Export, parsed
from pressroom_zuora_sync.exports.diff import difference
from pressroom_zuora_sync.exports.meaning import meaning

Json = dict[str, Any]


def task(number: int, name: str, action_type: str = "Callout", **fields: Any) -> Json:
    return {"id": number, "name": name, "action_type": action_type, "parameters": {}, **fields}


def link(source: int | None, target: int, linkage_type: str = "Success") -> Json:
    start = {"source_workflow_id": 1} if source is None else {"source_workflow_id": None}
    return {"source_task_id": source, "target_task_id": target, "linkage_type": linkage_type, **start}


def start(target: int) -> Json:
    return link(None, target, "Start")


def export(tasks: list[Json], linkages: list[Json], **workflow: Any) -> Export:
    return parsed(raw(tasks, linkages, **workflow))


def raw(tasks: list[Json], linkages: list[Json], **workflow: Any) -> bytes:
    document = {"workflow": {"id": 1, "name": "Bills", **workflow}, "tasks": tasks, "linkages": linkages}
    return msgspec.json.encode(document)


def told(left: Export, right: Export) -> list[ElementChange]:
    """The changes, of which there are some where the meaning is another one."""
    changes = list(difference(left, right))
    assert bool(changes) == (meaning(left) != meaning(right))
    return changes


def renumbered(tasks: list[Json], linkages: list[Json], by: int) -> tuple[list[Json], list[Json]]:
    """The same workflow as another environment has it: other ids, dates and places."""
    moved = [{**item, "id": item["id"] + by, "css": {"top": f"{by}px"}, "updated_at": str(by)} for item in tasks]
    ends = ("source_task_id", "target_task_id", "source_workflow_id")
    linked = [{**item, **{end: item[end] + by for end in ends if item[end] is not None}} for item in linkages]
    return moved, linked
