"""What counts in an export when two are compared: not what Zuora gives anew to a workflow that is imported."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from .graph import Graph, graph_of
from .naming import is_unordered, named
from .records import Export, Json
from .refining import Refining

_MOMENTS = frozenset(
    (
        *("created_at", "updated_at", "createdAt", "updatedAt", "created_on", "updated_on", "finished_at"),
        *("deleted_at", "created_by", "updated_by", "createdBy", "updatedBy", "cpu_time", "memory_time", "run_time"),
    )
)
_OWN = _MOMENTS | {"id", "version", "version_id", "process_id", "css", "layout", "dashboard_css"}

OF_WORKFLOW = _OWN | {"active_version", "workflow_definition_id", "original_workflow_id", "workflow_id"}
OF_TASK = _OWN | {"task_id", "original_task_id", "workflow_id", "original_workflow_id"}
OF_LINKAGE = _MOMENTS | {"id", "workflow_id", "source_task_id", "source_workflow_id", "target_task_id"}
"""Of a linkage, its ends are compared as tasks."""
OF_DOCUMENT = frozenset(("workflow", "tasks", "linkages"))
"""They are compared by themselves."""

_encoder = msgspec.json.Encoder(order="sorted")


def counting(fields: Json, ignored: frozenset[str]) -> Json:
    """Of a workflow, task, linkage or document. Deeper within, everything counts: a user's id is another user."""
    return {key: item for key, item in fields.items() if key not in ignored}


def essence(value: Any, holder: str = "") -> Any:
    """The same for what means the same. `holder`: the field that has the value."""
    if isinstance(value, dict):
        return {key: essence(item, key) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    items = [essence(item) for item in value]
    names = named(holder, value) if is_unordered(holder) else None
    return [items[place] for _, place in sorted(zip(names[0], range(len(items)), strict=True))] if names else items


def encoded(value: Any) -> bytes:
    """The same for what is the same, whatever the order of the keys: 1 is neither 1.0 nor true."""
    return _encoder.encode(value)


def compared(export: Export) -> Graph:
    """Its graph, in which the kind of an edge is the whole linkage, as JSON, without its ends."""
    graph = graph_of(export)
    nowhere = {id(linkage) for linkage in graph.dangling}
    linkages = (linkage for linkage in export.linkages if id(linkage) not in nowhere)
    edges = (replace(edge, kind=told(linkage)) for edge, linkage in zip(graph.edges, linkages, strict=True))
    return Graph(graph.tasks, tuple(edges), graph.dangling)


def told(linkage: Json) -> str:
    """What it says beside its ends: ids that name nobody say nothing."""
    return encoded(essence(counting(linkage, OF_LINKAGE))).decode()


def contents(graph: Graph) -> dict[int, str]:
    """By task, a digest of what it says."""
    return {
        task: hashlib.sha256(encoded(essence(counting(fields, OF_TASK)))).hexdigest()
        for task, fields in graph.tasks.items()
    }


def meaning(export: Export) -> bytes:
    """SHA-256, the same for exports between which a comparison finds nothing: of tasks by what they say and where they
    stand, and of all else, unredacted."""
    graph = compared(export)
    whole: Mapping[str, Any] = {
        "workflow": essence(counting(export.workflow, OF_WORKFLOW)),
        "document": essence(counting(export.document, OF_DOCUMENT)),
        "tasks": [f"{colour:x}" for colour in sorted(Refining(graph, contents(graph)).colours.values())],
        "dangling": sorted(told(linkage) for linkage in graph.dangling),
    }
    return hashlib.sha256(encoded(whole)).digest()
