"""Exports for the tests: as small as they can be."""

from typing import Any

import msgspec

from pressroom_zuora_sync.exports import Export, parsed

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
